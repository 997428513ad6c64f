//! The agent of Azure Arc on servers outside of Azure, which asks for the content of a file that only some users may read.

use std::path::Path;

use async_trait::async_trait;
use azure_core::credentials::Secret;
use reqwest::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use serde_json::Value as Json;
use url::Url;

use super::service::{Service, metadata};
use crate::arm::credentials::fetch::Fetch;
use crate::arm::response::Response;

pub(super) const API_VERSION: &str = "2020-06-01";

const NAME: &str = "the agent of Azure Arc";

/// No key is longer.
const LARGEST_KEY: u64 = 4096;

pub(super) struct AzureArc;

#[async_trait]
impl Service for AzureArc {
    async fn ask(&self, fetch: &Fetch, url: &Url) -> Result<Json, String> {
        let challenged = fetch.response(|| Ok(metadata(url)), NAME).await?;
        if challenged.status.as_u16() != 401 {
            return Err(format!(
                "{}, instead of asking for its key",
                fetch.refusal(&challenged, NAME)
            ));
        }
        let file = key_file(&challenged)?;
        let key = read_key(Path::new(&file), &fetch.patience().arc_folder)?;
        let request = || {
            let mut request = metadata(url);
            let mut basic = HeaderValue::from_str(&format!("Basic {}", key.secret()))
                .map_err(|_| format!("{NAME} keeps something else than a key in {file:?}"))?;
            basic.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, basic);
            Ok(request)
        };
        fetch.clone().hiding(&key).json(request, NAME).await
    }
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
    let refused = |why: &str| format!("{NAME} names the file {file:?}, which is not read: {why}");
    if file.extension().is_none_or(|extension| extension != "key") {
        return Err(refused("its name does not end with .key"));
    }
    // Links are followed here, so that none leads out of the folder.
    let real = file
        .canonicalize()
        .map_err(|error| refused(&error.to_string()))?;
    let is_agents = folder
        .canonicalize()
        .is_ok_and(|folder| real.parent() == Some(&folder));
    if !is_agents {
        return Err(refused(&format!("it is not in {}", folder.display())));
    }
    let size = real
        .metadata()
        .map_err(|error| refused(&error.to_string()))?;
    if size.len() > LARGEST_KEY {
        return Err(refused("it is larger than 4096 bytes"));
    }
    let key = std::fs::read_to_string(&real)
        .map_err(|error| refused(&format!("{error} (the user has to be in the group himds)")))?;
    Ok(Secret::new(key.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_keys_in_the_agents_folder_are_read() -> std::io::Result<()> {
        let machine = tempfile::tempdir()?;
        let folder = machine.path().join("tokens");
        fs::create_dir_all(folder.join("below"))?;
        let write = |name: &str, text: &str| fs::write(folder.join(name), text);
        write("good.key", "c2VjcmV0\n")?;
        write("large.key", &"x".repeat(4097))?;
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
