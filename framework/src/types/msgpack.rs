//! Values as MessagePack, driven by their type: the form in which Terraform sends them and takes them back.

use std::collections::BTreeMap;

use rmp::decode::{RmpRead, read_marker};
use rmp::{Marker, encode};

use super::decode::{DecodeError, number_error};
use super::number::Number;
use super::path::Path;
use super::ty::Type;
use super::value::{Known, Refinements, Value};

/// The extension type of an unknown value about which something is known.
const REFINED_UNKNOWN: i8 = 12;

/// How many bytes of a text, or digits of a number, are told about an unknown. Terraform refuses more than 1024 in all.
const MAX_REFINEMENT: usize = 256;

/// How many elements a promise is about at most: a message of 256 MiB, which is all that Terraform takes, holds no more. Terraform
/// makes so many elements where it knows how many there will be.
const MAX_LENGTH: u64 = 256 << 20;

/// Deeper nesting than any schema has is an attack on the stack.
const MAX_DEPTH: usize = 128;

/// Reads a value of type `ty`.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let mut decoder = Decoder {
        input: bytes,
        depth: 0,
    };
    let value = decoder.value(ty, &Path::root())?;
    if !decoder.input.is_empty() {
        return fail(&Path::root(), "more bytes than one value");
    }
    Ok(value)
}

/// Writes a value of type `ty`.
///
/// A value that does not fit its type is a mistake in the provider: it is written as what it is, and Terraform says so.
///
/// ```
/// use tfplugin_framework::types::msgpack::{decode, encode};
/// use tfplugin_framework::types::{ty::Type, value::Value};
///
/// let value = Value::strings(["a", "b"]);
/// let ty = Type::list(Type::String);
/// assert_eq!(decode(&encode(&value, &ty), &ty)?, value);
/// # Ok::<(), tfplugin_framework::types::decode::DecodeError>(())
/// ```
pub fn encode(value: &Value, ty: &Type) -> Vec<u8> {
    let mut out = Vec::new();
    write_value(&mut out, value, ty);
    out
}

struct Decoder<'a> {
    input: &'a [u8],
    depth: usize,
}

impl<'a> Decoder<'a> {
    fn value(&mut self, ty: &Type, path: &Path) -> Result<Value, DecodeError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(DecodeError::unsupported(path, "nested too deep"));
        }
        let marker = self.marker(path)?;
        let value = match marker {
            Marker::Null => Value::Null,
            _ if is_extension(marker) => self.unknown(marker, path)?,
            _ => self.known(marker, ty, path)?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn known(&mut self, marker: Marker, ty: &Type, path: &Path) -> Result<Value, DecodeError> {
        match ty {
            Type::String => Ok(Value::String(self.text(marker, path)?)),
            Type::Number => Ok(Value::Number(self.number(marker, path)?)),
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                _ => fail(path, "a bool is required"),
            },
            Type::List(element) => Ok(Value::List(self.elements(marker, element, path)?)),
            Type::Set(element) => Ok(Value::set(self.elements(marker, element, path)?)),
            Type::Map(element) => self.map(marker, element, path),
            Type::Tuple(types) => self.tuple(marker, types, path),
            Type::Object(attributes) => self.object(marker, attributes, path),
            Type::Dynamic => self.dynamic(marker, path),
        }
    }

    fn elements(
        &mut self,
        marker: Marker,
        ty: &Type,
        path: &Path,
    ) -> Result<Vec<Value>, DecodeError> {
        let length = self.array_length(marker, path)?;
        (0..length)
            .map(|index| self.value(ty, &path.with_index(index)))
            .collect()
    }

    fn tuple(&mut self, marker: Marker, types: &[Type], path: &Path) -> Result<Value, DecodeError> {
        let length = self.array_length(marker, path)?;
        if length != types.len() {
            return fail(
                path,
                format!("a tuple of {} is required, {length} given", types.len()),
            );
        }
        let elements = types
            .iter()
            .enumerate()
            .map(|(index, ty)| self.value(ty, &path.with_index(index)))
            .collect::<Result<_, _>>()?;
        Ok(Value::List(elements))
    }

    fn map(&mut self, marker: Marker, ty: &Type, path: &Path) -> Result<Value, DecodeError> {
        let mut elements = BTreeMap::new();
        for _ in 0..self.map_length(marker, path)? {
            let key = self.key(path)?;
            let value = self.value(ty, &path.with_key(&key))?;
            if elements.insert(key, value).is_some() {
                return fail(path, "a key comes twice");
            }
        }
        Ok(Value::Map(elements))
    }

    fn object(
        &mut self,
        marker: Marker,
        types: &BTreeMap<String, Type>,
        path: &Path,
    ) -> Result<Value, DecodeError> {
        let length = self.map_length(marker, path)?;
        let mut attributes = BTreeMap::new();
        for _ in 0..length {
            let name = self.key(path)?;
            let Some(ty) = types.get(&name) else {
                return fail(path, format!("unexpected attribute {name:?}"));
            };
            let value = self.value(ty, &path.with_attribute(&name))?;
            if attributes.insert(name, value).is_some() {
                return fail(path, "an attribute comes twice");
            }
        }
        if let Some(missing) = types.keys().find(|name| !attributes.contains_key(*name)) {
            return fail(path, format!("attribute {missing:?} is missing"));
        }
        Ok(Value::Object(attributes.into_iter().collect()))
    }

    fn dynamic(&mut self, marker: Marker, path: &Path) -> Result<Value, DecodeError> {
        if self.array_length(marker, path)? != 2 {
            return fail(path, "a dynamic value is a pair of type and value");
        }
        let marker = self.marker(path)?;
        let length = match marker {
            Marker::Bin8 => self.read(path, |input| input.read_data_u8().map(usize::from))?,
            Marker::Bin16 => self.read(path, |input| input.read_data_u16().map(usize::from))?,
            Marker::Bin32 => self.read(path, |input| input.read_data_u32().map(|n| n as usize))?,
            _ => return fail(path, "the type of a dynamic value is binary"),
        };
        let json = serde_json::from_slice(self.take(length, path)?)
            .map_err(|error| DecodeError::malformed(path, error))?;
        let ty = Type::from_json(&json).map_err(|error| DecodeError::malformed(path, error))?;
        let value = self.value(&ty, path)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }

    /// Any extension is an unknown; one type of it says what is known about it.
    fn unknown(&mut self, marker: Marker, path: &Path) -> Result<Value, DecodeError> {
        let length = match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.read(path, |input| input.read_data_u8().map(usize::from))?,
            Marker::Ext16 => self.read(path, |input| input.read_data_u16().map(usize::from))?,
            _ => self.read(path, |input| input.read_data_u32().map(|n| n as usize))?,
        };
        let kind = self.read(path, |input| input.read_data_i8())?;
        let body = self.take(length, path)?;
        if kind != REFINED_UNKNOWN {
            return Ok(Value::unknown());
        }
        let mut body = Decoder {
            input: body,
            depth: self.depth,
        };
        Ok(Value::Unknown(body.refinements(path)?))
    }

    fn refinements(&mut self, path: &Path) -> Result<Refinements, DecodeError> {
        let marker = self.marker(path)?;
        let mut known = Known::default();
        for _ in 0..self.map_length(marker, path)? {
            let marker = self.marker(path)?;
            let key = self.number(marker, path)?.as_i64();
            match key {
                Some(1) => known.null = self.value(&Type::Bool, path)?.as_bool(),
                Some(2) => {
                    let marker = self.marker(path)?;
                    known.prefix = Some(self.text(marker, path)?);
                }
                Some(3) => known.minimum = self.bound(path)?,
                Some(4) => known.maximum = self.bound(path)?,
                Some(5) => known.min_length = self.length_bound(path)?,
                Some(6) => known.max_length = self.length_bound(path)?,
                // A later client may know more; what follows cannot be skipped without its type, and need not be.
                _ => break,
            }
        }
        Ok(known.into())
    }

    fn bound(&mut self, path: &Path) -> Result<Option<(Number, bool)>, DecodeError> {
        let ty = Type::Tuple(vec![Type::Number, Type::Bool]);
        let value = self.value(&ty, path)?;
        let Some([Value::Number(number), Value::Bool(inclusive)]) = value.as_elements() else {
            return Ok(None);
        };
        Ok(Some((number.clone(), *inclusive)))
    }

    fn length_bound(&mut self, path: &Path) -> Result<Option<u64>, DecodeError> {
        let value = self.value(&Type::Number, path)?;
        Ok(value.as_number().and_then(Number::as_u64))
    }

    fn number(&mut self, marker: Marker, path: &Path) -> Result<Number, DecodeError> {
        let whole = |n: i64| Ok(Number::from(n));
        match marker {
            Marker::FixPos(n) => whole(n.into()),
            Marker::FixNeg(n) => whole(n.into()),
            Marker::U8 => whole(self.read(path, |input| input.read_data_u8())?.into()),
            Marker::U16 => whole(self.read(path, |input| input.read_data_u16())?.into()),
            Marker::U32 => whole(self.read(path, |input| input.read_data_u32())?.into()),
            Marker::U64 => Ok(Number::from(
                self.read(path, |input| input.read_data_u64())?,
            )),
            Marker::I8 => whole(self.read(path, |input| input.read_data_i8())?.into()),
            Marker::I16 => whole(self.read(path, |input| input.read_data_i16())?.into()),
            Marker::I32 => whole(self.read(path, |input| input.read_data_i32())?.into()),
            Marker::I64 => whole(self.read(path, |input| input.read_data_i64())?),
            Marker::F32 => float(self.read(path, |input| input.read_data_f32())?.into(), path),
            Marker::F64 => float(self.read(path, |input| input.read_data_f64())?, path),
            _ => self
                .text(marker, path)?
                .parse()
                .map_err(|error| number_error(path, error)),
        }
    }

    fn text(&mut self, marker: Marker, path: &Path) -> Result<String, DecodeError> {
        let length = match marker {
            Marker::FixStr(length) => length.into(),
            Marker::Str8 => self.read(path, |input| input.read_data_u8().map(usize::from))?,
            Marker::Str16 => self.read(path, |input| input.read_data_u16().map(usize::from))?,
            Marker::Str32 => self.read(path, |input| input.read_data_u32().map(|n| n as usize))?,
            _ => return fail(path, format!("a string is required, {marker:?} given")),
        };
        let bytes = self.take(length, path)?;
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|error| DecodeError::malformed(path, error))
    }

    fn key(&mut self, path: &Path) -> Result<String, DecodeError> {
        let marker = self.marker(path)?;
        self.text(marker, path)
    }

    fn array_length(&mut self, marker: Marker, path: &Path) -> Result<usize, DecodeError> {
        match marker {
            Marker::FixArray(length) => Ok(length.into()),
            Marker::Array16 => self.read(path, |input| input.read_data_u16().map(usize::from)),
            Marker::Array32 => self.read(path, |input| input.read_data_u32().map(|n| n as usize)),
            _ => fail(path, format!("a sequence is required, {marker:?} given")),
        }
    }

    fn map_length(&mut self, marker: Marker, path: &Path) -> Result<usize, DecodeError> {
        match marker {
            Marker::FixMap(length) => Ok(length.into()),
            Marker::Map16 => self.read(path, |input| input.read_data_u16().map(usize::from)),
            Marker::Map32 => self.read(path, |input| input.read_data_u32().map(|n| n as usize)),
            _ => fail(
                path,
                format!("a map or object is required, {marker:?} given"),
            ),
        }
    }

    fn marker(&mut self, path: &Path) -> Result<Marker, DecodeError> {
        read_marker(&mut self.input).map_err(|error| DecodeError::malformed(path, error.0))
    }

    fn read<T, E: std::fmt::Display>(
        &mut self,
        path: &Path,
        read: impl FnOnce(&mut &'a [u8]) -> Result<T, E>,
    ) -> Result<T, DecodeError> {
        read(&mut self.input).map_err(|error| DecodeError::malformed(path, error))
    }

    fn take(&mut self, length: usize, path: &Path) -> Result<&'a [u8], DecodeError> {
        let Some((head, tail)) = self.input.split_at_checked(length) else {
            return fail(path, "the value is cut short");
        };
        self.input = tail;
        Ok(head)
    }
}

fn write_value(out: &mut Vec<u8>, value: &Value, ty: &Type) {
    match (value, ty) {
        (Value::Null, _) => write(encode::write_nil(out)),
        (Value::Unknown(refinements), ty) => write_unknown(out, refinements, ty),
        (Value::Dynamic(inner), Type::Dynamic) => write_dynamic(out, &inner.0, &inner.1),
        (Value::Bool(value), _) => write(encode::write_bool(out, *value)),
        (Value::Number(number), _) => write_number(out, number),
        (Value::String(text), _) => write(encode::write_str(out, text)),
        (Value::List(elements) | Value::Set(elements), ty) => {
            write(encode::write_array_len(out, length(elements.len())).map(|_| ()));
            for (index, element) in elements.iter().enumerate() {
                write_value(out, element, element_type(ty, index));
            }
        }
        (Value::Map(elements), ty) => {
            write(encode::write_map_len(out, length(elements.len())).map(|_| ()));
            for (key, element) in elements {
                write(encode::write_str(out, key));
                write_value(out, element, element_type(ty, 0));
            }
        }
        // Terraform wants all attributes of the type, and no others.
        (Value::Object(object), Type::Object(types)) => {
            write(encode::write_map_len(out, length(types.len())).map(|_| ()));
            for (name, ty) in types {
                write(encode::write_str(out, name));
                write_value(out, object.get(name), ty);
            }
        }
        (Value::Object(object), ty) => {
            write(encode::write_map_len(out, length(object.iter().count())).map(|_| ()));
            for (name, element) in object.iter() {
                write(encode::write_str(out, name));
                write_value(out, element, attribute_type(ty, name));
            }
        }
        (Value::Dynamic(inner), _) => write_value(out, &inner.1, ty),
    }
}

fn write_dynamic(out: &mut Vec<u8>, ty: &Type, value: &Value) {
    // A null or unknown of undecided type travels without the pair.
    if *ty == Type::Dynamic {
        return write_value(out, value, ty);
    }
    write(encode::write_array_len(out, 2).map(|_| ()));
    write(encode::write_bin(out, ty.to_json().to_string().as_bytes()));
    write_value(out, value, ty);
}

fn write_number(out: &mut Vec<u8>, number: &Number) {
    if let Some(whole) = number.as_i64() {
        return write(encode::write_sint(out, whole).map(|_| ()));
    }
    if let Some(whole) = number.as_u64() {
        return write(encode::write_uint(out, whole).map(|_| ()));
    }
    // Decimal text is the one form that is exact for every other number.
    write(encode::write_str(out, &number.to_string()));
}

/// Terraform knows refinements of other types for mistakes, as it does longer ones, and it panics at bounds that nothing is within.
fn sound(known: &Known, ty: &Type) -> Known {
    let is_number = *ty == Type::Number;
    let is_collection = matches!(ty, Type::List(_) | Type::Set(_) | Type::Map(_));
    let bound = |bound: &Option<(Number, bool)>| {
        let bound = bound.clone().filter(|_| is_number);
        bound.filter(|(number, _)| number.to_string().len() <= MAX_REFINEMENT)
    };
    let length = |bound: Option<u64>| bound.filter(|it| is_collection && *it <= MAX_LENGTH);
    let prefix = known.prefix.as_deref().filter(|_| *ty == Type::String);
    let mut sound = Known {
        null: known
            .null
            .filter(|is_null| !is_null && *ty != Type::Dynamic),
        // What begins with a text begins with a shorter one too.
        prefix: prefix.map(|it| it[..it.floor_char_boundary(MAX_REFINEMENT)].to_owned()),
        minimum: bound(&known.minimum),
        maximum: bound(&known.maximum),
        min_length: length(known.min_length),
        max_length: length(known.max_length),
    };
    if !sound.allows_some_number() {
        (sound.minimum, sound.maximum) = (None, None);
    }
    if !sound.allows_some_length() {
        (sound.min_length, sound.max_length) = (None, None);
    }
    sound
}

fn write_unknown(out: &mut Vec<u8>, refinements: &Refinements, ty: &Type) {
    let known = refinements.known().map(|known| sound(known, ty));
    let Some(known) = known.filter(|it| *it != Known::default()) else {
        // The form Terraform itself writes: extension type 0 with one zero byte.
        return out.extend_from_slice(&[0xd4, 0x00, 0x00]);
    };
    let mut body = Vec::new();
    let mut entries = 0;
    let mut key = |body: &mut Vec<u8>, number: u64| {
        entries += 1;
        write(encode::write_uint(body, number).map(|_| ()));
    };
    if let Some(null) = known.null {
        key(&mut body, 1);
        write(encode::write_bool(&mut body, null));
    }
    if let Some(prefix) = &known.prefix {
        key(&mut body, 2);
        write(encode::write_str(&mut body, prefix));
    }
    for (number, bound) in [(3, &known.minimum), (4, &known.maximum)] {
        let Some((bound, inclusive)) = bound else {
            continue;
        };
        key(&mut body, number);
        write(encode::write_array_len(&mut body, 2).map(|_| ()));
        write_number(&mut body, bound);
        write(encode::write_bool(&mut body, *inclusive));
    }
    for (number, bound) in [(5, known.min_length), (6, known.max_length)] {
        let Some(bound) = bound else { continue };
        key(&mut body, number);
        write(encode::write_uint(&mut body, bound).map(|_| ()));
    }
    let mut map = Vec::new();
    write(encode::write_map_len(&mut map, entries).map(|_| ()));
    map.extend(body);
    write(encode::write_ext_meta(out, length(map.len()), REFINED_UNKNOWN).map(|_| ()));
    out.extend(map);
}

fn element_type(ty: &Type, index: usize) -> &Type {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => element,
        Type::Tuple(elements) => elements.get(index).unwrap_or(&Type::Dynamic),
        _ => &Type::Dynamic,
    }
}

fn attribute_type<'a>(ty: &'a Type, name: &str) -> &'a Type {
    match ty {
        Type::Object(attributes) => attributes.get(name).unwrap_or(&Type::Dynamic),
        _ => &Type::Dynamic,
    }
}

fn is_extension(marker: Marker) -> bool {
    use Marker::{Ext8, Ext16, Ext32, FixExt1, FixExt2, FixExt4, FixExt8, FixExt16};
    matches!(
        marker,
        FixExt1 | FixExt2 | FixExt4 | FixExt8 | FixExt16 | Ext8 | Ext16 | Ext32
    )
}

fn float(value: f64, path: &Path) -> Result<Number, DecodeError> {
    Number::from_f64(value)
        .ok_or_else(|| DecodeError::unsupported(path, "an infinite number is not supported"))
}

/// Writing to memory cannot fail; the result types of `rmp` are for other writers.
fn write<E: std::fmt::Debug>(result: Result<(), E>) {
    debug_assert!(result.is_ok(), "{result:?}");
}

/// Lengths are 32 bits wide on the wire, far above the size limit of a message.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn fail<T>(path: &Path, message: impl std::fmt::Display) -> Result<T, DecodeError> {
    Err(DecodeError::malformed(path, message))
}

#[cfg(test)]
mod tests;
