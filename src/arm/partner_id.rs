//! Partner IDs for the attribution of usage.

use uuid::Uuid;

/// Azure, customer usage attribution: a UUID, `pid-UUID`, or `pid-UUID-partnercenter`.
pub(super) fn partner_id(text: &str) -> Result<(), String> {
    let bare = match text.strip_prefix("pid-") {
        Some(rest) => rest.strip_suffix("-partnercenter").unwrap_or(rest),
        None => text,
    };
    // The parser would take three more forms, without hyphens or with decoration.
    match Uuid::parse_str(bare) {
        Ok(_) if bare.len() == 36 => Ok(()),
        _ => Err(format!(
            "\"{text}\" is not a partner ID: give a UUID, pid-UUID, or pid-UUID-partnercenter"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let uuid = "11111111-2222-3333-4444-555555555555";
        for good in [
            uuid.to_owned(),
            format!("pid-{uuid}"),
            format!("pid-{uuid}-partnercenter"),
        ] {
            assert_eq!(partner_id(&good), Ok(()));
        }
        for bad in [
            String::new(),
            "pid-".to_owned(),
            format!("{uuid}-partnercenter"),
            format!("{{{uuid}}}"),
            uuid.replace('-', ""),
            format!("{uuid}0"),
        ] {
            assert!(partner_id(&bad).is_err(), "{bad}");
        }
    }
}
