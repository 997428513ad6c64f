//! Pieces of a page.

use std::fmt::Write;

/// What the registry reads before the page; the first sentence stands for the whole description.
pub(super) fn front_matter(title: &str, description: &str) -> String {
    let paragraph = description.split("\n\n").next().unwrap_or(description);
    let sentence = paragraph.split(". ").next().unwrap_or(paragraph);
    let sentence: Vec<_> = sentence.trim_end_matches('.').lines().collect();
    let sentence = match sentence.is_empty() {
        true => String::new(),
        false => format!("description: |-\n  {}.\n", sentence.join(" ")),
    };
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\n{sentence}---\n\n")
}

/// A heading with the paragraphs below it, apart from those that are empty.
pub(super) fn heading(page: &mut String, title: &str, paragraphs: &[&str]) {
    let _ = write!(page, "# {title}\n\n");
    for paragraph in paragraphs.iter().filter(|it| !it.is_empty()) {
        let _ = write!(page, "{paragraph}\n\n");
    }
}

/// A section, unless there is nothing in it.
pub(super) fn section(page: &mut String, title: &str, content: &str) {
    if !content.is_empty() {
        let _ = write!(page, "## {title}\n\n{}\n\n", content.trim_end());
    }
}

pub(super) fn code(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

pub(super) fn anchor(path: &str) -> String {
    format!("nested-{}", path.replace('.', "-"))
}

#[cfg(test)]
mod tests {
    use super::front_matter;

    #[test]
    fn the_first_sentence_stands_for_the_whole() {
        for description in [
            "A bed. It has leaves.",
            "A bed.",
            "A bed.\n\nIt has leaves.",
            "A\nbed",
        ] {
            let page = front_matter("t", description);
            assert!(
                page.ends_with("description: |-\n  A bed.\n---\n\n"),
                "{page}"
            );
        }
    }
}
