//! Files that somebody else names: what a path leads to may be a pipe, a device, or on a server that does not answer.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

/// No secret, token or certificate is larger.
const LARGEST: u64 = 1 << 20;

/// How long a file may take.
const LONGEST: Duration = Duration::from_secs(15);

/// A file as it is; the error is a clause about it.
pub(super) async fn read(path: &str) -> Result<Vec<u8>, String> {
    let own = path.to_owned();
    let bytes = apart(move || read_at_most(Path::new(&own), LARGEST)).await;
    bytes.map_err(|error| cannot_be_read(path, &error))
}

/// The same at once, of an ordinary file only: whatever else there is may not answer, or have its content only once.
pub(super) fn read_ordinary(path: &str) -> Option<Result<Vec<u8>, String>> {
    let is_ordinary = fs::metadata(path).is_ok_and(|it| it.is_file());
    is_ordinary.then(|| {
        let bytes = read_at_most(Path::new(path), LARGEST);
        bytes.map_err(|error| cannot_be_read(path, &error))
    })
}

/// An error unless it is there, and may be opened if it is an ordinary file.
pub(super) fn check(path: &str) -> Result<(), String> {
    let is_there = fs::metadata(path).and_then(|it| match it.is_file() {
        true => File::open(path).map(drop),
        false => Ok(()),
    });
    is_there.map_err(|error| cannot_be_read(path, &error))
}

fn cannot_be_read(path: &str, why: &impl Display) -> String {
    format!("the file {path:?} cannot be read: {why}")
}

/// What this work gives, done in a thread of its own: where it hangs, neither the others nor the end of the process wait for it.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (done, result) = oneshot::channel();
    let thread = thread::Builder::new().name("file".to_owned());
    // Whoever waited for it may have given up.
    thread.spawn(move || drop(done.send(work())))?;
    match tokio::time::timeout(LONGEST, result).await {
        Ok(result) => result.unwrap_or_else(|_| Err(io::Error::other("its reader ended"))),
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("nothing within {LONGEST:?}"),
        )),
    }
}

/// The content, unless there is more of it.
pub(super) fn read_at_most(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(largest + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(size) if size <= largest => Ok(bytes),
        _ => Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {largest} bytes"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_read_whole_or_refused() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (small, large) = (path("small"), path("large"));
        fs::write(&small, "content")?;
        fs::write(&large, vec![b'x'; 1 + (1 << 20)])?;
        assert_eq!(read(&small).await, Ok(b"content".to_vec()));
        assert_eq!(read_ordinary(&small), Some(Ok(b"content".to_vec())));
        let endless = if cfg!(unix) { "/dev/zero" } else { &large };
        for path in [&*large, endless] {
            assert_eq!(check(path), Ok(()));
            let error = read(path).await.expect_err("too much");
            let expected =
                format!("the file {path:?} cannot be read: it is larger than 1048576 bytes");
            assert_eq!(error, expected);
        }
        let missing = path("missing");
        assert!(check(&missing).is_err() && read(&missing).await.is_err());
        assert_eq!(read_ordinary(&missing), None);
        Ok(())
    }

    /// Nobody may ever write to it, and whoever opens it only to look takes away what was written.
    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_is_opened_by_the_one_who_reads_it() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status()?;
        assert!(made.success());
        let name = path.display().to_string();
        assert_eq!(check(&name), Ok(()));
        assert_eq!(read_ordinary(&name), None);
        let writer = thread::spawn(move || fs::write(path, "content"));
        assert_eq!(read(&name).await, Ok(b"content".to_vec()));
        writer.join().expect("no panic")
    }
}
