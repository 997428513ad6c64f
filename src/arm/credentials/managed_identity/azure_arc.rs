//! The agent of Azure Arc on servers outside of Azure, which asks for the content of a file that only some users may read.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use azure_core::credentials::Secret;
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use serde_json::Value as Json;
use url::Url;

use super::service::{Service, metadata, reach};
use crate::arm::credentials::fetch::{Fetch, TOKEN, lost};
use crate::arm::file;
use crate::arm::response::Response;

pub(super) const API_VERSION: &str = "2020-06-01";

const NAME: &str = "the agent of Azure Arc";

/// No key is longer.
const LARGEST_KEY: u64 = 4096;

pub(super) struct AzureArc;

#[async_trait]
impl Service for AzureArc {
    async fn ask(&self, fetch: &Fetch, url: &Url) -> Result<Json, String> {
        reach(fetch, url, NAME).await?;
        let mut attempts = fetch.attempts();
        loop {
            // The agent takes back a key that was shown to it: each attempt is challenged anew.
            let (key, file) = challenged_key(fetch, url).await?;
            let fetch = fetch.clone().hiding(&key);
            let answer = fetch.once(keyed(url, &key, &file)?).await;
            if !attempts.again(&answer, NAME).await {
                let answer = answer.map_err(|error| lost(&error, NAME))?;
                return fetch.content(&answer, NAME, TOKEN).cloned();
            }
        }
    }
}

/// A key for which the agent asks, and its file.
async fn challenged_key(fetch: &Fetch, url: &Url) -> Result<(Secret, String), String> {
    let challenged = fetch.response(|| Ok(metadata(url)), NAME).await?;
    if challenged.status.as_u16() != 401 {
        return Err(format!(
            "{}, instead of asking for its key",
            fetch.refusal(&challenged, NAME)
        ));
    }
    let file = key_file(&challenged)?;
    let (path, folder) = (PathBuf::from(&file), fetch.patience().arc_folder.clone());
    let key = file::apart(move || Ok(read_key(&path, &folder))).await;
    let key = key.unwrap_or_else(|error| Err(refused(Path::new(&file), &error.to_string())))?;
    Ok((key, file))
}

/// The request that shows a key.
fn keyed(url: &Url, key: &Secret, file: &str) -> Result<Request, String> {
    let mut request = metadata(url);
    let mut basic = HeaderValue::from_str(&format!("Basic {}", key.secret()))
        .map_err(|_| format!("{NAME} keeps something else than a key in {file:?}"))?;
    basic.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, basic);
    Ok(request)
}

/// The path in `Basic realm=/var/opt/azcmagent/tokens/….key`.
fn key_file(challenged: &Response) -> Result<String, String> {
    let challenge = challenged
        .header(WWW_AUTHENTICATE.as_str())
        .unwrap_or_default();
    let realm = challenge
        .split_once("realm=")
        .map(|(_, realm)| realm.trim());
    let realm = realm.map(|realm| realm.trim_matches('"'));
    let realm = realm.filter(|realm| !realm.is_empty());
    realm
        .map(str::to_owned)
        .ok_or_else(|| format!("{NAME} names no file with its key"))
}

/// The key, if the file is one of those that the agent makes: whoever pretends to be the agent gets no other file.
fn read_key(file: &Path, folder: &Path) -> Result<Secret, String> {
    let refused = |why: &str| refused(file, why);
    if file.extension().is_none_or(|extension| extension != "key") {
        return Err(refused("its name does not end with .key"));
    }
    // Links are followed here, so that none leads out of the folder.
    let real = file
        .canonicalize()
        .map_err(|error| refused(&hinted(&error)))?;
    let is_agents = folder
        .canonicalize()
        .is_ok_and(|folder| real.parent() == Some(&folder));
    if !is_agents {
        return Err(refused(&format!("it is not in {}", folder.display())));
    }
    let key = file::read_at_most(&real, LARGEST_KEY);
    let key = key.map_err(|error| refused(&hinted(&error)))?;
    let key = String::from_utf8(key).map_err(|_| refused("it does not hold a text"))?;
    Ok(Secret::new(key.trim().to_owned()))
}

fn refused(file: &Path, why: &str) -> String {
    format!("{NAME} names the file {file:?}, which is not read: {why}")
}

/// What is wrong with a file, and whom the system lets read it.
fn hinted(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            format!("{error} (the user has to be in the group himds)")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Root, as whom tests may run, is denied nothing.
    #[test]
    fn the_group_is_named_to_those_who_are_denied_only() {
        let denied = hinted(&io::Error::from(ErrorKind::PermissionDenied));
        assert!(denied.contains("in the group himds"), "{denied}");
        let missing = hinted(&io::Error::from(ErrorKind::NotFound));
        assert!(!missing.contains("himds"), "{missing}");
    }

    #[test]
    fn only_keys_in_the_agents_folder_are_read() -> std::io::Result<()> {
        let machine = tempfile::tempdir()?;
        let folder = machine.path().join("tokens");
        fs::create_dir_all(folder.join("below"))?;
        let write = |name: &str, text: &str| fs::write(folder.join(name), text);
        write("good.key", "c2VjcmV0\n")?;
        write("large.key", &"x".repeat(4097))?;
        fs::write(folder.join("binary.key"), b"\xff")?;
        write("other.txt", "x")?;
        write("below/deep.key", "x")?;
        fs::write(machine.path().join("outside.key"), "x")?;
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hostname", folder.join("link.key"))?;
        let read = |name: &str| read_key(&folder.join(name), &folder);
        let key = read("good.key").expect("a key");
        assert_eq!(key.secret(), "c2VjcmV0");
        for (name, why) in [
            ("large.key", "larger than 4096 bytes"),
            ("binary.key", "read: it does not hold a text"),
            ("other.txt", "does not end with .key"),
            ("below/deep.key", "is not in"),
            ("../outside.key", "is not in"),
            #[cfg(unix)]
            ("link.key", "is not in"),
            ("missing.key", "No such file"),
        ] {
            let error = read(name).expect_err(name);
            assert!(error.contains(why), "{name}: {error}");
        }
        Ok(())
    }
}
