//! Names of the objects that the provider creates.

/// What a kind of name may look like.
struct Rule {
    /// "a subnet's name", in messages.
    of: &'static str,
    longest: usize,
    /// The characters allowed besides letters and digits.
    marks: &'static str,
    starts: Option<Edge>,
    ends: Option<Edge>,
}

/// What the first or the last character must be.
struct Edge {
    allowed: fn(char) -> bool,
    /// "a letter or an underscore", in messages.
    words: &'static str,
}

/// Microsoft's ISE guide: a subnet's name "starts with an alphabetic character or an underscore" and has none of
/// `< > % & \ ? /`. ARM's naming rules for subnets, which exclude those too: 1–80 letters, digits, `_`, `.` and `-`,
/// with a letter, a digit or `_` at the end.
pub fn subnet(name: &str) -> Result<(), String> {
    Rule {
        of: "a subnet's name",
        longest: 80,
        marks: "_.-",
        starts: Some(Edge {
            allowed: |first| first.is_ascii_alphabetic() || first == '_',
            words: "a letter or an underscore",
        }),
        ends: Some(Edge {
            allowed: |last| last.is_ascii_alphanumeric() || last == '_',
            words: "a letter, a digit or an underscore",
        }),
    }
    .check(name)
}

/// ARM's naming rules for Microsoft.Logic/integrationServiceEnvironments.
pub fn environment(name: &str) -> Result<(), String> {
    Rule::plain("an environment's name", 80, "_.-").check(name)
}

/// ARM's naming rules for Microsoft.Logic/workflows.
pub fn workflow(name: &str) -> Result<(), String> {
    Rule::plain("a logic app's name", 80, "_.-()").check(name)
}

/// ARM's naming rules for Microsoft.Logic/integrationAccounts.
pub fn integration_account(name: &str) -> Result<(), String> {
    Rule::plain("an integration account's name", 80, "_.-()").check(name)
}

/// ARM's naming rules for Microsoft.Insights/autoscaleSettings: 1–260 characters of any kind but control characters and
/// `< > * % { } & : \ ? / # |`, and neither a dot nor a blank at the end.
pub fn autoscale_setting(name: &str) -> Result<(), String> {
    const OF: &str = "an autoscale setting's name";
    let length = name.chars().count();
    if !(1..=260).contains(&length) {
        return Err(format!("{OF} has 1 to 260 characters, this has {length}"));
    }
    let mut wrong: Vec<_> = name
        .chars()
        .filter(|it| it.is_control() || "<>*%{}&:\\?/#|".contains(*it))
        .collect();
    wrong.sort_unstable();
    wrong.dedup();
    if !wrong.is_empty() {
        let wrong: Vec<_> = wrong
            .iter()
            .map(|it| format!("{:?}", it.to_string()))
            .collect();
        return Err(format!(
            "{OF} has no control characters and none of < > * % {{ }} & : \\ ? / # |, so {} cannot be in it",
            wrong.join(", ")
        ));
    }
    match name.ends_with(['.', ' ']) {
        true => Err(format!("{OF} ends with anything but a dot or a blank")),
        false => Ok(()),
    }
}

/// ARM's naming rules for resource groups, which know letters of all languages.
pub fn resource_group(name: &str) -> Result<(), String> {
    Rule {
        ends: Some(Edge {
            allowed: |last| last != '.',
            words: "anything but a dot",
        }),
        ..Rule::plain("a resource group's name", 90, "_.-()")
    }
    .check_letters(name, char::is_alphanumeric)
}

/// Azure Resource Manager: a region's short or display name, such as `westeurope` or `West Europe`.
pub fn location(name: &str) -> Result<(), String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == ' ';
    match name.trim().is_empty() || !name.chars().all(is_part) {
        false => Ok(()),
        true => Err(format!(
            "\"{name}\" is not the name of an Azure region, such as \"westeurope\" or \"West Europe\""
        )),
    }
}

impl Rule {
    const fn plain(of: &'static str, longest: usize, marks: &'static str) -> Self {
        Self {
            of,
            longest,
            marks,
            starts: None,
            ends: None,
        }
    }

    fn check(&self, name: &str) -> Result<(), String> {
        self.check_letters(name, |character| character.is_ascii_alphanumeric())
    }

    /// Tells all that is wrong, not just the first.
    fn check_letters(&self, name: &str, is_letter: fn(char) -> bool) -> Result<(), String> {
        let of = self.of;
        let (Some(first), Some(last)) = (name.chars().next(), name.chars().next_back()) else {
            return Err(format!(
                "{of} has 1 to {} characters, this is empty",
                self.longest
            ));
        };
        if matches!(name, "." | "..") {
            return Err(format!(
                "{of} cannot be \"{name}\", which stands for a folder in paths"
            ));
        }
        let mut problems = Vec::new();
        let length = name.chars().count();
        if length > self.longest {
            problems.push(format!(
                "{of} has at most {} characters, this has {length}",
                self.longest
            ));
        }
        let bad: Vec<_> = name
            .chars()
            .filter(|character| !is_letter(*character) && !self.marks.contains(*character))
            .collect();
        if !bad.is_empty() {
            problems.push(format!(
                "{of} consists of letters, digits and {}, so {} cannot be in it",
                listed(self.marks.chars()),
                listed(bad.into_iter()),
            ));
        }
        if let Some(edge) = self.starts.as_ref().filter(|edge| !(edge.allowed)(first)) {
            problems.push(format!(
                "{of} starts with {}, not with {}",
                edge.words,
                shown(first)
            ));
        }
        if let Some(edge) = self.ends.as_ref().filter(|edge| !(edge.allowed)(last)) {
            problems.push(format!(
                "{of} ends with {}, not with {}",
                edge.words,
                shown(last)
            ));
        }
        match problems.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "\"{}\": {}",
                name.escape_debug(),
                problems.join("; ")
            )),
        }
    }
}

/// "a", "b" and "c", each once.
fn listed(characters: impl Iterator<Item = char>) -> String {
    let mut words: Vec<String> = Vec::new();
    for character in characters {
        let word = shown(character);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
        None => String::new(),
    }
}

fn shown(character: char) -> String {
    match character {
        ' ' => "a blank".to_owned(),
        '"' => "a quotation mark".to_owned(),
        character => format!("\"{}\"", character.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> Result<(), String>, good: &[&str], bad: &[(&str, &str)]) {
        for name in good {
            assert_eq!(rule(name), Ok(()), "{name}");
        }
        for (name, expected) in bad {
            let problem = rule(name).expect_err(name);
            assert!(problem.contains(expected), "{name}: {problem}");
        }
    }

    #[test]
    fn subnets() {
        let longest = "a".repeat(80);
        check(
            subnet,
            &["a", "_", "_a.b-c_", "Subnet1", &longest],
            &[
                ("", "1 to 80 characters"),
                (&format!("{longest}a"), "at most 80 characters, this has 81"),
                (
                    "1a",
                    "starts with a letter or an underscore, not with \"1\"",
                ),
                (".a", "not with \".\""),
                (
                    "a-",
                    "ends with a letter, a digit or an underscore, not with \"-\"",
                ),
                ("a b", "a blank cannot be in it"),
                ("ä", "\"ä\" cannot be in it"),
                (
                    "a<b>c%d&e\\f?g/h",
                    "so \"<\", \">\", \"%\", \"&\", \"\\\\\", \"?\" and \"/\" cannot",
                ),
            ],
        );
        let all = subnet("1/").expect_err("two problems at least");
        assert!(
            all.contains("starts") && all.contains("ends") && all.contains("\"/\" cannot"),
            "{all}"
        );
    }

    #[test]
    fn logic_objects() {
        let longest = "a".repeat(80);
        let too_long = "a".repeat(81);
        check(
            environment,
            &["1", "-a.", "a_B-9", &longest],
            &[("a(b)", "\"(\" and \")\""), (&too_long, "81")],
        );
        for rule in [workflow, integration_account] {
            check(
                rule,
                &["1", "flow(1).a-b_c", &longest],
                &[("a/b", "\"/\""), ("", "empty"), (&too_long, "81")],
            );
        }
    }

    #[test]
    fn autoscale_settings() {
        let longest = "a".repeat(260);
        check(
            autoscale_setting,
            &["1", "scale out (1)", "a-b_c.d", "\u{fc}ber", &longest],
            &[
                ("", "1 to 260 characters, this has 0"),
                (&format!("{longest}a"), "this has 261"),
                ("a/b?", "so \"/\", \"?\" cannot be in it"),
                ("a\n", "\"\\n\""),
                ("a.", "a dot or a blank"),
                ("a ", "a dot or a blank"),
            ],
        );
    }

    #[test]
    fn resource_groups() {
        let longest = "g".repeat(90);
        check(
            resource_group,
            &["rg-1", "Ünïcode_(1).x", &longest],
            &[
                ("rg.", "ends with anything but a dot, not with \".\""),
                ("r g", "a blank"),
                (&format!("{longest}g"), "at most 90"),
                ("", "1 to 90"),
            ],
        );
    }

    #[test]
    fn dots_alone_are_no_names() {
        for name in [".", ".."] {
            assert!(workflow(name).is_err(), "{name}");
        }
    }

    #[test]
    fn locations() {
        for name in ["westeurope", "West Europe", "uksouth2"] {
            assert_eq!(location(name), Ok(()), "{name}");
        }
        for name in ["", " ", "west/europe", "west-europe"] {
            assert!(location(name).is_err(), "{name}");
        }
    }
}
