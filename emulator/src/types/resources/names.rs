//! `checkResourceName`: whether a name has a word in it that Azure keeps for itself.

use crate::core::call::{Outcome, Reply};
use crate::core::definition::Request;
use crate::core::errors;
use crate::core::json::{json, text};
use crate::core::versions;

/// Words that are no name by themselves, that no name begins with, and that no name has in it (from memory of Azure's guide).
const WHOLE: [&str; 29] = [
    "ACCESS",
    "AZURE",
    "BING",
    "BIZSPARK",
    "BIZTALK",
    "CORTANA",
    "DIRECTX",
    "DOTNET",
    "DYNAMICS",
    "EXCEL",
    "EXCHANGE",
    "FOREFRONT",
    "GROOVE",
    "HOLOLENS",
    "HYPERV",
    "KINECT",
    "LYNC",
    "MSDN",
    "O365",
    "OFFICE",
    "OFFICE365",
    "ONEDRIVE",
    "ONENOTE",
    "OUTLOOK",
    "POWERPOINT",
    "SHAREPOINT",
    "SKYPE",
    "VISIO",
    "VISUALSTUDIO",
];
const START: [&str; 2] = ["LOGIN", "XBOX"];
const ANYWHERE: [&str; 2] = ["MICROSOFT", "WINDOWS"];

/// Answers whether a resource may have a name.
pub(super) fn check(request: &mut Request<'_>, _: &[&str]) -> Outcome {
    versions::check_own(request.call.api_version()?)?;
    let body = request.call.json()?;
    let member = |wanted: &str| {
        let value = text(&body, wanted).filter(|value| !value.is_empty());
        value.ok_or_else(|| errors::invalid_content(format!("'{wanted}' is needed.")))
    };
    let (name, kind) = (member("name")?, member("type")?);
    let upper = name.to_uppercase();
    let is_kept = WHOLE.contains(&upper.as_str())
        || START.iter().any(|word| upper.starts_with(word))
        || ANYWHERE.iter().any(|word| upper.contains(word));
    let status = if is_kept { "Reserved" } else { "Allowed" };
    Ok(Reply::json(
        200,
        json!({"name": name, "type": kind, "status": status}),
    ))
}
