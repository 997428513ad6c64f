//! A Unix socket that only the client's user can reach, and that is gone after us.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;
use uuid::Uuid;

/// The shortest limit among the systems that we run on, that of macOS, without the closing zero byte.
const LONGEST_PATH: usize = 103;

/// The socket's place in the file system; dropping it clears the place.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// The directory, if it is ours.
    directory: Option<PathBuf>,
}

impl SocketFile {
    /// Where the socket is, or will be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// In a directory of the client's choice the client looks for the file at the top; anywhere else a directory of
    /// our own keeps other users out from the first moment.
    fn place(given: Option<&Path>) -> io::Result<Self> {
        if let Some(directory) = given {
            let path = directory.join(format!("tfp-{}", unique()));
            return match fits(&path) {
                true => Ok(Self {
                    path,
                    directory: None,
                }),
                false => Err(too_long(&path)),
            };
        }
        let temporary = std::env::temp_dir();
        Self::in_own_directory(&temporary).or_else(|error| match temporary == Path::new("/tmp") {
            true => Err(error),
            false => Self::in_own_directory(Path::new("/tmp")),
        })
    }

    fn in_own_directory(parent: &Path) -> io::Result<Self> {
        let directory = parent.join(format!("tfp-{}", unique()));
        let path = directory.join("s");
        if !fits(&path) {
            return Err(too_long(&path));
        }
        DirBuilder::new().mode(0o700).create(&directory)?;
        Ok(Self {
            path,
            directory: Some(directory),
        })
    }

    fn share_with(&self, group: &str) -> io::Result<()> {
        let groups = fs::read_to_string("/etc/group").unwrap_or_default();
        let id = group_id(group, &groups)
            .ok_or_else(|| io::Error::other(format!("there is no group {group:?}")))?;
        let mut shares = vec![(&self.path, 0o660)];
        shares.extend(self.directory.as_ref().map(|directory| (directory, 0o710)));
        for (path, mode) in shares {
            chown(path, None, Some(id))?;
            fs::set_permissions(path, Permissions::from_mode(mode))?;
        }
        Ok(())
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody may have cleaned up before us.
        fs::remove_file(&self.path).ok();
        if let Some(directory) = &self.directory {
            fs::remove_dir(directory).ok();
        }
    }
}

/// Listens in `directory`, or in a fresh one, for this user and the members of `group`.
pub(super) fn bind(
    directory: Option<&Path>,
    group: Option<&str>,
) -> io::Result<(UnixListener, SocketFile)> {
    let file = SocketFile::place(directory)?;
    let listener = UnixListener::bind(&file.path)?;
    fs::set_permissions(&file.path, Permissions::from_mode(0o600))?;
    if let Some(group) = group {
        file.share_with(group)?;
    }
    Ok((listener, file))
}

fn unique() -> String {
    let mut name = Uuid::new_v4().simple().to_string();
    name.truncate(12);
    name
}

fn fits(path: &Path) -> bool {
    path.as_os_str().as_bytes().len() <= LONGEST_PATH
}

fn too_long(path: &Path) -> io::Error {
    io::Error::other(format!(
        "{} is too long for the path of a socket",
        path.display()
    ))
}

/// A group is given by number or by name; `groups` is the text of /etc/group.
fn group_id(group: &str, groups: &str) -> Option<u32> {
    group.parse().ok().or_else(|| {
        let mut lines = groups.lines().map(|line| line.split(':'));
        lines.find_map(|mut fields| match fields.next() {
            Some(name) if name == group => fields.nth(1)?.parse().ok(),
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        let metadata = fs::metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn only_this_user_gets_in_and_nothing_stays() {
        let (listener, file) = bind(None, None).expect("a socket");
        let path = file.path().to_owned();
        let directory = path.parent().expect("a directory").to_owned();
        assert_eq!((mode(&path), mode(&directory)), (0o600, 0o700));
        drop((listener, file));
        assert!(!directory.exists());
    }

    #[tokio::test]
    async fn a_given_directory_holds_the_file_itself_and_stays() {
        let given = tempfile::tempdir().expect("a directory");
        let (listener, file) = bind(Some(given.path()), None).expect("a socket");
        let path = file.path().to_owned();
        assert_eq!(path.parent(), Some(given.path()));
        drop((listener, file));
        assert!(!path.exists() && given.path().exists());
    }

    #[tokio::test]
    async fn a_group_may_be_let_in() {
        let (_listener, file) = bind(None, None).expect("a socket");
        // Our own group is the one that needs no privilege.
        let own = fs::metadata(file.path()).expect("it is there");
        let own = std::os::unix::fs::MetadataExt::gid(&own).to_string();
        file.share_with(&own).expect("our own group");
        let directory = file.path().parent().expect("a directory");
        assert_eq!((mode(file.path()), mode(directory)), (0o660, 0o710));
        assert!(file.share_with("no such group").is_err());
    }

    #[test]
    fn groups_are_numbers_or_names() {
        let groups = "root:x:0:\nterraform:x:1042:alice,bob\nodd\n";
        let check = |group, expect| assert_eq!(group_id(group, groups), expect, "{group}");
        check("7", Some(7));
        check("root", Some(0));
        check("terraform", Some(1042));
        check("alice", None);
        check("odd", None);
    }

    #[test]
    fn long_and_missing_directories_are_refused() {
        let long = PathBuf::from("/tmp").join("x".repeat(LONGEST_PATH));
        let error = SocketFile::in_own_directory(&long).expect_err("too long");
        assert!(error.to_string().contains("too long"), "{error}");
        let error = SocketFile::place(Some(&long)).expect_err("too long");
        assert!(error.to_string().contains("too long"), "{error}");
        let missing = Path::new("/nowhere/at/all");
        assert!(SocketFile::in_own_directory(missing).is_err());
    }
}
