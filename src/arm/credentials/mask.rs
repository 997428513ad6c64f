//! What is answered, without the secret that was shown: whoever refuses one may repeat it, in whatever form.

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

/// In the place of a secret.
const MASK: &str = "***";

/// Shorter beginnings of a secret tell nothing of it, and are in any text.
const SHORTEST_PART: usize = 4;

/// How often a text may be encoded in another.
const DEEPEST: usize = 3;

/// The text without a secret, as it is or as a form holds it, and without the beginning of one where the text was cut. Nothing of
/// a text is left that holds it in any other form.
pub(super) fn mask(text: &str, secret: &str) -> String {
    if secret.is_empty() {
        return text.to_owned();
    }
    let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut masked = text.replace(secret, MASK).replace(&encoded, MASK);
    for secret in [secret, &encoded] {
        let bare = masked.trim_end_matches('…');
        if let Some(start) = beginning_at_end(bare, secret) {
            masked = format!("{}{MASK}", &bare[..bare.len() - start.len()]);
        }
    }
    match holds(&masked, secret) {
        true => MASK.to_owned(),
        false => masked,
    }
}

/// The longest beginning of a secret with which a text ends.
fn beginning_at_end<'s>(text: &str, secret: &'s str) -> Option<&'s str> {
    let starts = secret.char_indices().map(|(at, _)| &secret[..at]);
    let told = starts.filter(|start| start.len() >= SHORTEST_PART && text.ends_with(start));
    told.max_by_key(|start| start.len())
}

/// Whether a text holds a secret in some form, or ends within it.
fn holds(text: &str, secret: &str) -> bool {
    let secret = squeezed(secret);
    if secret.len() < SHORTEST_PART {
        return false;
    }
    let mut text = text.trim_end_matches('…').to_owned();
    for _ in 0..=DEEPEST {
        let found = squeezed(&text);
        if found.contains(&secret) || beginning_at_end(&found, &secret).is_some() {
            return true;
        }
        text = decoded(&text);
    }
    false
}

/// Without what stands for a blank, and without what other forms put in front of a character.
fn squeezed(text: &str) -> String {
    let is_kept = |it: &char| !it.is_whitespace() && !matches!(it, '+' | '\\');
    text.chars().filter(is_kept).collect()
}

/// With the characters for which the escapes of URLs, HTML and JSON stand. An escape that was cut off is left out.
fn decoded(text: &str) -> String {
    let bytes = match text.rsplit_once('%') {
        Some((whole, cut)) if cut.len() < 2 => whole,
        _ => text,
    };
    let text = percent_decode_str(bytes).decode_utf8_lossy();
    let mut plain = String::new();
    let mut rest = &*text;
    while let Some(at) = rest.find(['&', '\\']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = escape(rest).unwrap_or_else(|| (rest[..1].to_owned(), 1));
        plain.push_str(&character);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

/// The character for which the escape at the beginning of a text stands, and how long that escape is.
fn escape(text: &str) -> Option<(String, usize)> {
    let by_number = |digits: &str, base| {
        let number = u32::from_str_radix(digits, base).ok()?;
        char::from_u32(number).map(String::from)
    };
    if let Some(json) = text.strip_prefix("\\u") {
        let digits = json.get(..4)?;
        return Some((by_number(digits, 16)?, 2 + digits.len()));
    }
    let (entity, _) = text.strip_prefix('&')?.split_once(';')?;
    let character = match entity.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => by_number(digits, 16)?,
            None => by_number(number, 10)?,
        },
        None => match entity {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            "nbsp" => " ",
            "plus" => "+",
            _ => return None,
        }
        .to_owned(),
    };
    Some((character, entity.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_each_form_and_where_a_text_was_cut() {
        for (text, expected) in [
            ("no s3cret+&x for you", "no *** for you"),
            ("client_secret=s3cret%2B%26x&y", "client_secret=***&y"),
            ("you sent s3cret…", "you sent ***"),
            ("you sent s3cret%2", "you sent ***"),
            ("nothing of it: s", "nothing of it: s"),
            // In a form that is not replaced in its place, nothing is shown at all.
            ("client_secret=s3cret%2b%26x&y", "***"),
            ("client_secret=s3cret%252B%2526x&y", "***"),
            ("<p>s3cret+&amp;x</p>", "***"),
            ("s3cret&#43;&#x26;x", "***"),
            (r#"{"secret": "s3cret\u002B\u0026x"}"#, "***"),
            ("you sent s3cret%2b%2…", "***"),
        ] {
            assert_eq!(mask(text, "s3cret+&x"), expected);
        }
        assert_eq!(mask("as it is", ""), "as it is");
        assert_eq!(mask("q=my%20word", "my word"), "***");
        assert_eq!(mask("my\n  word", "my word"), "***");
    }
}
