//! The agent of Azure Arc on a server outside of Azure: who asks for a token shows that they may read a file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Desk;
use super::managed_identity::{self, LIFETIME};
use crate::core::call::{Call, Reply};
use crate::core::json::json;

const VERSION: &str = "2020-06-01";

/// Answers `GET /arc/metadata/identity/oauth2/token`, which the agent serves on the server itself. It is there once it has
/// a folder for its keys.
pub(super) fn token(desk: &mut Desk<'_>, call: &Call, _: &[&str]) -> Reply {
    let Some(folder) = desk.signin.environment.arc_folder.clone() else {
        return Reply::empty(404);
    };
    let refuse = |status: u16, error: &str, description: &str| {
        let body = json!({"error": error, "error_description": description});
        Reply::json(status, body)
    };
    let has_header = call
        .header("metadata")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if !has_header {
        return refuse(
            400,
            "invalid_request",
            "Required metadata header not specified",
        );
    }
    if call.query("api-version") != Some(VERSION) {
        return refuse(
            400,
            "invalid_request",
            "The api-version has to be 2020-06-01.",
        );
    }
    let Some(resource) = call.query("resource").filter(|one| !one.is_empty()) else {
        return refuse(
            400,
            "invalid_request",
            "Required query variable 'resource' is missing",
        );
    };
    let names = ["client_id", "object_id", "msi_res_id"];
    if names.iter().any(|name| call.query(name).is_some()) {
        return refuse(
            400,
            "invalid_request",
            "User assigned identities are not supported.",
        );
    }
    let Some(shown) = call.header("authorization").and_then(basic) else {
        return match new_key(desk, &folder) {
            Ok(file) => Reply::empty(401).header(
                "WWW-Authenticate",
                format!("Basic realm={}", file.display()),
            ),
            Err(_) => Reply::empty(500),
        };
    };
    match takes(&folder, shown) {
        Ok(true) => {}
        Ok(false) => {
            return refuse(
                401,
                "unauthorized_client",
                "The key is not that of a challenge.",
            );
        }
        Err(_) => return Reply::empty(500),
    }
    let identity = desk.directory.system_identity();
    managed_identity::grant(desk, call, &identity, resource, |token, now| {
        let seconds = LIFETIME.as_secs();
        json!({
            "access_token": token, "expires_in": seconds.to_string(), "expires_on": (now + seconds).to_string(),
            "ext_expires_in": seconds.to_string(), "not_before": now.to_string(), "resource": resource, "token_type": "Bearer"
        })
    })
}

/// Writes the key of a challenge where only some users can read it.
fn new_key(desk: &mut Desk<'_>, folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join(format!("{}.key", desk.random.guid()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    let key = format!("{}{}", desk.random.guid(), desk.random.guid());
    options.open(&path)?.write_all(key.as_bytes())?;
    Ok(path)
}

/// Whether a key is that of a challenge; it serves once.
fn takes(folder: &Path, shown: &str) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_key = path.extension().is_some_and(|extension| extension == "key");
        if is_key && fs::read_to_string(&path)? == shown {
            fs::remove_file(&path)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// The key in a header `Basic …`, which the agent takes as it is in the file.
fn basic(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("basic") && !key.is_empty()).then_some(key)
}
