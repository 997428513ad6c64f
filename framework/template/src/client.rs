//! What talks to the outside: here to a folder, with one file for each note. Knows nothing of Terraform.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

/// Keeps notes.
#[derive(Debug)]
pub struct Client {
    folder: PathBuf,
}

impl Client {
    /// A client for this folder. It is made when the first note is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { folder }
    }

    /// Writes a note that is not there yet; one that cannot be written whole is not left behind.
    pub fn create(&self, name: &str, text: &str) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let path = self.path(name)?;
        let written = File::create_new(&path)?.write_all(text.as_bytes());
        match written {
            Err(error) => fs::remove_file(path).and(Err(error)),
            written => written,
        }
    }

    /// Writes a note that is there.
    pub fn put(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.path(name)?, text)
    }

    /// Reads a note; none if there is none.
    pub fn get(&self, name: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.path(name)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => text.map(Some),
        }
    }

    /// Deletes a note, if there is one.
    pub fn delete(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            deleted => deleted,
        }
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        is_name(name).map_err(|words| io::Error::new(ErrorKind::InvalidInput, words))?;
        Ok(self.folder.join(format!("{name}.txt")))
    }
}

/// A name is that of a file in the folder, and of nothing elsewhere.
pub fn is_name(name: &str) -> Result<(), String> {
    match name.contains(['/', '\\', ':', '\0']) {
        true => Err(format!(
            "{name:?} is no name of a note: leave out slashes, backslashes and colons"
        )),
        false => Ok(()),
    }
}
