//! Random and damaged input for everything that reads what a client sends, or what is stored: nothing panics, and what is
//! read is written and read again as the same.
//!
//! `FUZZ_INPUTS=10000000 cargo test -p tfplugin-framework --all-features --lib fuzz` throws that many at each decoder. Which
//! inputs these are is decided by `FUZZ_SEED`; what panics prints the seed and the input.

use std::fmt::Debug;

use bytes::Bytes;
use prost::Message as _;
use tfplugin_proto::v6;

use crate::private::Private;
use crate::schema::identity::{IdentityAttribute, IdentitySchema};
use crate::schema::{Attribute, Block, Nesting, Schema, duration};
use crate::types::number::Number;
use crate::types::path::Path;
use crate::types::ty::Type;
use crate::types::value::{Known, Value};
use crate::types::{json, msgpack};
use crate::wire::convert;

/// As many as cost nothing in every run.
const INPUTS: u64 = 2_000;
/// How many well-formed inputs there are to damage.
const SAMPLES: usize = 256;
const MAX_LENGTH: usize = 512;

fn variable(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |text| text.parse().expect("a number"))
}

/// SplitMix64: good enough to damage bytes, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    fn is_one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.below(48);
        (0..length).map(|_| self.next() as u8).collect()
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 20] = [
            "a",
            "name",
            "é",
            "e\u{301}",
            "\u{0}",
            "\"",
            "\\",
            "1e9",
            "-",
            "0",
            "9",
            ".",
            "null",
            "type",
            "value",
            "h",
            "m",
            "\u{10ffff}",
            "dynamic",
            " ",
        ];
        let length = self.below(5);
        (0..length).map(|_| *self.pick(&PIECES)).collect()
    }

    fn number(&mut self) -> Number {
        let text = match self.below(6) {
            0 => self.next().to_string(),
            1 => format!("-{}", self.next()),
            2 => format!("{}.{}", self.next(), self.next()),
            3 => format!("{}e{}", self.below(9), self.below(9_999)),
            4 => format!("{}e-{}", self.below(9), self.below(9_999)),
            _ => self.below(300).to_string(),
        };
        text.parse().expect("a number")
    }

    fn ty(&mut self, depth: usize) -> Type {
        let kinds = if depth == 0 { 4 } else { 9 };
        match self.below(kinds) {
            0 => Type::String,
            1 => Type::Number,
            2 => Type::Bool,
            3 => Type::Dynamic,
            4 => Type::list(self.ty(depth - 1)),
            5 => Type::set(self.ty(depth - 1)),
            6 => Type::map(self.ty(depth - 1)),
            7 => Type::Tuple((0..self.below(3)).map(|_| self.ty(depth - 1)).collect()),
            _ => {
                let names = ["a", "b", "name"].into_iter().take(self.below(4));
                Type::object(
                    names
                        .map(|name| (name, self.ty(depth - 1)))
                        .collect::<Vec<_>>(),
                )
            }
        }
    }

    fn unknown(&mut self) -> Value {
        if self.is_one_in(2) {
            return Value::unknown();
        }
        let known = Known {
            null: Some(false),
            prefix: Some(self.text()),
            minimum: Some((self.number(), true)),
            maximum: Some((self.number(), false)),
            min_length: Some(self.next() >> 40),
            max_length: None,
        };
        Value::Unknown(known.into())
    }

    fn value(&mut self, ty: &Type) -> Value {
        match self.below(12) {
            0 => return Value::Null,
            1 => return self.unknown(),
            _ => {}
        }
        match ty {
            Type::String => self.text().into(),
            Type::Number => Value::Number(self.number()),
            Type::Bool => self.is_one_in(2).into(),
            Type::Dynamic => {
                let ty = match self.ty(1) {
                    Type::Dynamic => Type::String,
                    ty => ty,
                };
                let value = self.value(&ty);
                match value.is_null() || value.is_unknown() {
                    true => Value::Null,
                    false => Value::Dynamic(Box::new((ty, value))),
                }
            }
            Type::List(element) => {
                Value::List((0..self.below(3)).map(|_| self.value(element)).collect())
            }
            Type::Set(element) => {
                let elements: Vec<_> = (0..self.below(3)).map(|_| self.value(element)).collect();
                Value::set(elements)
            }
            Type::Map(element) => {
                let pairs = 0..self.below(3);
                Value::Map(pairs.map(|_| (self.text(), self.value(element))).collect())
            }
            Type::Tuple(types) => Value::List(types.iter().map(|ty| self.value(ty)).collect()),
            Type::Object(types) => {
                let members = types
                    .iter()
                    .map(|(name, ty)| (name.clone(), self.value(ty)));
                Value::Object(members.collect::<Vec<_>>().into_iter().collect())
            }
        }
    }

    /// Bytes of nothing, or a few changes to well-formed ones.
    fn damaged(&mut self, samples: &[Vec<u8>]) -> Vec<u8> {
        if samples.is_empty() || self.is_one_in(8) {
            return self.bytes();
        }
        let mut bytes = self.pick(samples).clone();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(7) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.next() as u8),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                3 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                4 if at < bytes.len() => bytes[at] = *self.pick(&[0, 0xc0, 0xc7, 0xd4, 0xdf, 0xff]),
                5 => {
                    let other = self.pick(samples);
                    let from = self.below(other.len() + 1);
                    let piece = other[from..].iter().take(self.below(24)).copied();
                    bytes.splice(at..at, piece.collect::<Vec<_>>());
                }
                _ if at < bytes.len() => bytes[at] = self.next() as u8,
                _ => {}
            }
        }
        bytes.truncate(MAX_LENGTH);
        bytes
    }
}

/// Shows what was at work when something panicked.
struct Witness<T: Debug> {
    seed: u64,
    number: u64,
    input: T,
}

impl<T: Debug> Drop for Witness<T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self {
                seed,
                number,
                input,
            } = self;
            eprintln!("FUZZ_SEED={seed}, input {number}: {input:?}");
        }
    }
}

/// Throws as many inputs as are asked for at one decoder; each test has inputs of its own.
fn fuzz<T: Debug>(decoder: u64, mut input: impl FnMut(&mut Random) -> T, decode: impl Fn(&T)) {
    let seed = variable("FUZZ_SEED", 1);
    let mut random = Random(seed ^ (decoder << 32));
    for number in 0..variable("FUZZ_INPUTS", INPUTS) {
        let witness = Witness {
            seed,
            number,
            input: input(&mut random),
        };
        decode(&witness.input);
    }
}

/// Types, and the bytes of one value of each.
fn samples(encode: impl Fn(&Value, &Type) -> Vec<u8>) -> Vec<(Type, Vec<u8>)> {
    let mut random = Random(7);
    let sample = |_| {
        let ty = random.ty(3);
        let value = random.value(&ty);
        let bytes = encode(&value, &ty);
        (ty, bytes)
    };
    (0..SAMPLES).map(sample).collect()
}

/// A type, with bytes that were of it, or of another one.
fn typed<'s>(samples: &'s [(Type, Vec<u8>)]) -> impl FnMut(&mut Random) -> (&'s Type, Vec<u8>) {
    let all: Vec<_> = samples.iter().map(|(_, bytes)| bytes.clone()).collect();
    move |random| {
        let (ty, bytes) = random.pick(samples);
        let bytes = match random.is_one_in(4) {
            true => random.damaged(&all),
            false => random.damaged(std::slice::from_ref(bytes)),
        };
        (ty, bytes)
    }
}

#[test]
fn values_in_msgpack() {
    let samples = samples(msgpack::encode);
    for (ty, bytes) in &samples {
        assert!(msgpack::decode(bytes, ty).is_ok(), "{ty:?}: {bytes:02x?}");
    }
    fuzz(1, typed(&samples), |(ty, bytes)| {
        if let Ok(value) = msgpack::decode(bytes, ty) {
            assert!(value.is_of(ty), "{value:?}");
            let again = msgpack::decode(&msgpack::encode(&value, ty), ty);
            assert_eq!(again.as_ref(), Ok(&value));
        }
    });
}

#[test]
fn states_in_json() {
    let samples = samples(|value, _| json::encode(value).to_string().into_bytes());
    for (ty, bytes) in &samples {
        let text = std::str::from_utf8(bytes).expect("text");
        assert!(json::decode(text, ty).is_ok(), "{ty:?}: {text}");
    }
    fuzz(2, typed(&samples), |(ty, bytes)| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(value) = json::decode(&text, ty) {
            assert!(value.is_of(ty), "{value:?}");
            let again = json::decode(&json::encode(&value).to_string(), ty);
            assert_eq!(again.as_ref(), Ok(&value));
        }
    });
}

#[test]
fn descriptions_of_types() {
    let samples = samples(|_, ty| ty.to_json().to_string().into_bytes());
    fuzz(3, typed(&samples), |(_, bytes)| {
        let json = serde_json::from_slice::<serde_json::Value>(bytes);
        if let Some(ty) = json.ok().and_then(|json| Type::from_json(&json).ok()) {
            assert_eq!(Type::from_json(&ty.to_json()), Ok(ty));
        }
    });
}

#[test]
fn private_state() {
    let mut private = Private::default();
    private.set("phase", &"creating");
    private.set("numbers", &[1, 2, 3]);
    private.note("seen", &true);
    let samples = [private.to_bytes(), b"{}".to_vec(), b"null".to_vec()];
    let input = |random: &mut Random| (random.damaged(&samples), random.damaged(&samples));
    fuzz(4, input, |(stored, planned)| {
        let mut private = Private::from_bytes(stored).with_planned(planned);
        let again = Private::from_bytes(&private.to_bytes()).with_planned(planned);
        assert_eq!(private, again);
        private.get::<String>("phase");
        private.get::<Vec<u8>>("numbers");
        private.planned_note::<bool>("seen");
        private.take_note::<bool>("seen");
        private.take_imported();
        private.forget_notes();
    });
}

#[test]
fn identities() {
    let schema = IdentitySchema::new(vec![
        IdentityAttribute::string("name"),
        IdentityAttribute::string("folder").optional_for_import(),
    ]);
    let ty = schema.ty();
    let mut random = Random(9);
    let values: Vec<_> = (0..SAMPLES).map(|_| random.value(&ty)).collect();
    let msgpack = values.iter().map(|value| msgpack::encode(value, &ty));
    let msgpack: Vec<_> = msgpack.collect();
    let json = values.iter().map(|value| json::encode(value).to_string());
    let json: Vec<_> = json.map(String::into_bytes).collect();
    let input = |random: &mut Random| match random.is_one_in(2) {
        true => (random.damaged(&msgpack), Vec::new()),
        false => (Vec::new(), random.damaged(&json)),
    };
    fuzz(5, input, |(msgpack, json)| {
        let data = v6::ResourceIdentityData {
            identity_data: Some(v6::DynamicValue {
                msgpack: msgpack.clone().into(),
                json: json.clone().into(),
            }),
        };
        if let Ok(Some(identity)) = convert::identity("identity", Some(&data), Some(&schema)) {
            let data = convert::encode_identity(Some(&identity), Some(&schema));
            let again = convert::identity("identity", data.as_ref(), Some(&schema));
            assert_eq!(again.ok().flatten().as_ref(), Some(&identity));
        }
    });
}

/// The objects of requests, of a schema with everything that holds others.
#[test]
fn objects_of_requests() {
    let rows = || vec![Attribute::string("a"), Attribute::value("b", Type::Dynamic)];
    let nestings = [
        ("single", Nesting::Single),
        ("list", Nesting::List),
        ("map", Nesting::Map),
    ];
    let nested = nestings.map(|(name, nesting)| Attribute::nested(name, nesting, rows()));
    let set = || vec![Attribute::number("a").default(1_i64)];
    let schema = Schema {
        attributes: nested.into(),
        blocks: vec![
            Block::new("group", Nesting::Group, set()),
            Block::new("set", Nesting::Set, set()),
        ],
        ..Schema::default()
    };
    let ty = schema.ty();
    let mut random = Random(11);
    let values = (0..SAMPLES).map(|_| random.value(&ty));
    let samples: Vec<_> = values.map(|value| msgpack::encode(&value, &ty)).collect();
    let input = |random: &mut Random| random.damaged(&samples);
    fuzz(6, input, |bytes| {
        let value = v6::DynamicValue {
            msgpack: bytes.clone().into(),
            json: Bytes::new(),
        };
        if let Ok(Some(object)) = convert::nullable_object("config", Some(&value), &schema) {
            let known = convert::check_known("config", &object);
            assert_eq!(
                known.is_ok(),
                Value::Object(object.clone()).is_wholly_known()
            );
            let again = convert::encode_object(Some(&object), &schema);
            let again = convert::nullable_object("config", Some(&again), &schema);
            assert_eq!(again.ok().flatten().as_ref(), Some(&object));
        }
    });
}

#[test]
fn paths() {
    let rule = || Block::new("rule", Nesting::List, vec![Attribute::string("port")]);
    let blocks = [Block::new("site", Nesting::Map, Vec::new()).blocks(vec![rule()])];
    let members = crate::schema::Members {
        attributes: &[],
        blocks: &blocks,
    };
    let input = |random: &mut Random| {
        let mut path = Path::root();
        for _ in 0..random.below(7) {
            path = match random.below(4) {
                0 => path.with_attribute(*random.pick(&["site", "rule", "port", "ä"])),
                1 => path.with_key(random.text()),
                2 => path.with_index(random.below(3)),
                _ => path.with_index(random.next() as usize),
            };
        }
        path
    };
    fuzz(7, input, |path| {
        let shown = path.to_string();
        assert_eq!(shown.is_empty(), path.is_root());
        let error = crate::diagnostics::Diagnostic::error("a", "b").at(path.clone());
        let messages = convert::diagnostics(members, [error]);
        let attribute = messages[0].attribute.clone().unwrap_or_default();
        let bytes = attribute.encode_to_vec();
        let again = v6::AttributePath::decode(&bytes[..]);
        assert_eq!(again.as_ref(), Ok(&attribute));
        assert!(attribute.steps.len() <= path.steps().len());
    });
}

#[test]
fn texts_of_numbers_and_durations() {
    let samples = [
        "0",
        "-1.5",
        "1e9",
        "18446744073709551616",
        "0.1e-300",
        "1h30m",
        "1.5h",
        "90m",
        "2us",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ];
    let samples = samples.map(|text| text.as_bytes().to_vec());
    let input =
        |random: &mut Random| String::from_utf8_lossy(&random.damaged(&samples)).into_owned();
    fuzz(8, input, |text| {
        if let Ok(number) = text.parse::<Number>() {
            assert_eq!(number.to_string().parse::<Number>().as_ref(), Ok(&number));
            let _ = (number.to_f64(), number.as_i64(), number.as_u64());
        }
        if let Ok(length) = duration::parse(text) {
            duration::format(length);
        }
        crate::plugin::trace::TraceContext::parse(text);
    });
}

#[cfg(feature = "state-store")]
#[test]
fn chunks_of_states() {
    use crate::engine::chunks::{Assembly, Chunk, split};
    let input = |random: &mut Random| {
        let state = Bytes::from(random.bytes());
        let size = 1 + random.below(9);
        let mut chunks: Vec<Chunk> = split(state, size).collect();
        for _ in 0..random.below(3) {
            if chunks.is_empty() {
                break;
            }
            let at = random.below(chunks.len());
            let wild = random.next() as i64;
            match random.below(7) {
                0 => drop(chunks.remove(at)),
                1 => chunks.insert(at, chunks[at].clone()),
                2 => chunks.swap(0, at),
                3 => chunks[at].range.0 = wild,
                4 => chunks[at].range.1 = wild >> random.below(64),
                5 => chunks[at].total_length = wild >> random.below(64),
                _ => chunks[at].bytes = random.bytes().into(),
            }
        }
        let chunks: Vec<_> = chunks
            .into_iter()
            .map(|it| (it.bytes, it.total_length, it.range))
            .collect();
        (size, chunks)
    };
    fuzz(9, input, |(size, chunks)| {
        let mut assembly = Assembly::new(*size);
        let mut sent = Vec::new();
        let taken = chunks.iter().try_for_each(|(bytes, total_length, range)| {
            sent.extend_from_slice(bytes);
            assembly.add(Chunk {
                bytes: bytes.clone(),
                total_length: *total_length,
                range: *range,
            })
        });
        if let Ok(whole) = taken.and_then(|()| assembly.finish()) {
            assert_eq!(whole, sent);
        }
    });
}
