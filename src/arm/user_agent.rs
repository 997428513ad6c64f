//! How the provider names itself to Azure.

use std::env;

/// Variables with text that users and tools add: Terraform's own convention, and Azure's.
const APPENDED_BY: [&str; 2] = ["TF_APPEND_USER_AGENT", "AZURE_HTTP_USER_AGENT"];

/// The user agent of this process, for the customer-usage attribution of `partner_id` if there is one.
pub(crate) fn user_agent(partner_id: Option<&str>) -> String {
    let appended = APPENDED_BY.map(|name| env::var(name).unwrap_or_default());
    compose(&appended, partner_id)
}

fn compose(appended: &[String], partner_id: Option<&str>) -> String {
    let mut parts = vec![concat!("terraform-provider-ise/", env!("CARGO_PKG_VERSION")).to_owned()];
    parts.extend(appended.iter().map(|text| header_safe(text)));
    parts.extend(partner_id.map(|id| match id.strip_prefix("pid-") {
        Some(_) => id.to_owned(),
        None => format!("pid-{id}"),
    }));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// A variable may hold anything; a header may not.
fn header_safe(text: &str) -> String {
    let safe = |character: &char| matches!(character, ' '..='~');
    text.trim().chars().filter(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_order() {
        let own = concat!("terraform-provider-ise/", env!("CARGO_PKG_VERSION"));
        let none = [String::new(), String::new()];
        assert_eq!(compose(&none, None), own);
        let both = ["ci/1 ".to_owned(), "a\r\nb\u{e4}".to_owned()];
        let id = "11111111-2222-3333-4444-555555555555";
        let expected = format!("{own} ci/1 ab pid-{id}");
        assert_eq!(compose(&both, Some(id)), expected);
        assert_eq!(compose(&both, Some(&format!("pid-{id}"))), expected);
    }
}
