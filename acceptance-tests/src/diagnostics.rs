//! The errors and warnings that the CLI prints, as text that is the same in every run.

use std::fmt;

/// What the CLI printed between its box-drawing corners, in the order of source lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<String>);

impl Diagnostics {
    /// Reads them out of the CLI's output; `replacements` are texts that differ from run to run, and what stands for them.
    pub fn parse(output: &str, replacements: &[(String, &str)]) -> Self {
        let mut found = Vec::new();
        let mut block: Option<String> = None;
        for line in output.lines() {
            match (line.trim_end(), &mut block) {
                ("╷", _) => block = Some(String::new()),
                ("╵", Some(text)) => {
                    found.push(normalised(text.trim_end(), replacements));
                    block = None;
                }
                (line, Some(text)) => {
                    let line = line.strip_prefix('│').unwrap_or(line);
                    text.push_str(line.strip_prefix(' ').unwrap_or(line));
                    text.push('\n');
                }
                (_, None) => {}
            }
        }
        // It says how the provider is found, which is the harness's business.
        found.retain(|text| !text.contains("Provider development overrides are in effect"));
        found.sort_by_cached_key(|text| (source_line(text), text.clone()));
        found.dedup();
        Self(found)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them contains the text, however its lines are broken.
    pub fn mention(&self, text: &str) -> bool {
        let unbroken = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.0
            .iter()
            .any(|found| unbroken(found).contains(&unbroken(text)))
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|text| writeln!(f, "{text}\n"))
    }
}

/// The first line number in `on FILE line N`.
fn source_line(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once(" line ")?;
    rest.split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn normalised(text: &str, replacements: &[(String, &str)]) -> String {
    let text = replacements
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let words = text.split_inclusive([' ', '\n', '"', '/', ',']);
    without_operation_id(&words.map(without_random_id).collect::<String>())
}

/// The IDs of operations tell when they began.
fn without_operation_id(text: &str) -> String {
    const BEFORE: &str = "/operationStatuses/";
    let mut parts = text.split(BEFORE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let end = part.find(char::is_whitespace).unwrap_or(part.len());
        format!("{text}{BEFORE}<operation>{}", &part[end..])
    })
}

/// Correlation and request IDs are random GUIDs of version 4; those of the fixtures are not.
fn without_random_id(word: &str) -> String {
    const LENGTH: usize = 36;
    let Some(start) = word.len().checked_sub(LENGTH).and_then(|last| {
        (0..=last).find(|start| word.get(*start..start + LENGTH).is_some_and(is_random_id))
    }) else {
        return word.to_owned();
    };
    format!("{}<random id>{}", &word[..start], &word[start + LENGTH..])
}

fn is_random_id(text: &str) -> bool {
    text.char_indices().all(|(at, c)| match at {
        8 | 13 | 18 | 23 => c == '-',
        14 => c == '4',
        19 => matches!(c, '8' | '9' | 'a' | 'b'),
        _ => c.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_become_sorted_text() {
        let output = "\
noise
╷
│ Error: Second
│ 
│   on main.tf line 12, in resource \"ise\" \"x\":
│   12:   name = \"/tmp/x1\"
│ 
│ The request 0b5ddcab-6c71-4a37-8d2f-0d6d9bbf7a4c, tenant 11111111-1111-1111-1111-111111111111.
╵
╷
│ Warning: First
│ 
│   on main.tf line 2, in resource \"ise\" \"x\":
╵
╷
│ Warning: Provider development overrides are in effect
╵
";
        let found = Diagnostics::parse(output, &[("/tmp/x1".to_owned(), "<folder>")]);
        assert_eq!(
            found.to_string(),
            "\
Warning: First

  on main.tf line 2, in resource \"ise\" \"x\":

Error: Second

  on main.tf line 12, in resource \"ise\" \"x\":
  12:   name = \"<folder>\"

The request <random id>, tenant 11111111-1111-1111-1111-111111111111.

"
        );
        assert!(found.mention("tenant 1111"));
        assert!(!found.mention("development overrides"));
    }
}
