//! States in pieces: long ones travel in several messages.

use bytes::Bytes;

use crate::diagnostics::Diagnostic;

/// A piece of a state, with its place in the whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The piece.
    pub bytes: Bytes,
    /// How long the whole is.
    pub total_length: i64,
    /// Where its first and its last byte are in the whole.
    pub range: (i64, i64),
}

/// The pieces of a whole: all but the last one as long as was agreed on. What is empty has none.
pub fn split(whole: Bytes, chunk_size: usize) -> impl Iterator<Item = Chunk> + Send {
    let total_length = to_i64(whole.len());
    let starts = (0..whole.len()).step_by(chunk_size.max(1));
    starts.map(move |start| {
        let end = whole.len().min(start.saturating_add(chunk_size.max(1)));
        Chunk {
            bytes: whole.slice(start..end),
            total_length,
            range: (to_i64(start), to_i64(end) - 1),
        }
    })
}

/// A whole that comes in pieces.
pub struct Assembly {
    chunk_size: usize,
    total_length: Option<i64>,
    length: usize,
    pieces: Vec<Bytes>,
}

impl Assembly {
    /// Nothing yet, of pieces of this length.
    pub fn new(chunk_size: usize) -> Self {
        Self {
            chunk_size,
            total_length: None,
            length: 0,
            pieces: Vec::new(),
        }
    }

    /// Takes the next piece, if it is what belongs there.
    pub fn add(&mut self, chunk: Chunk) -> Result<(), Diagnostic> {
        let total = *self.total_length.get_or_insert(chunk.total_length);
        if chunk.total_length != total {
            let new = chunk.total_length;
            return Err(wrong(format!(
                "the state was {total} bytes long, and is {new} bytes long now"
            )));
        }
        if total <= 0 {
            return Err(wrong(format!("the state is {total} bytes long")));
        }
        let length = chunk.bytes.len();
        let start = to_i64(self.length);
        let end = start.saturating_add(to_i64(length)) - 1;
        if chunk.range != (start, end) {
            let (first, last) = chunk.range;
            return Err(wrong(format!(
                "{length} bytes that go on at {start} are said to be bytes {first} to {last}"
            )));
        }
        if end >= total {
            return Err(wrong(format!(
                "byte {end} is beyond the end of a state of {total} bytes"
            )));
        }
        let size = self.chunk_size;
        let is_last = end == total - 1;
        if length > size || (length < size && !is_last) {
            return Err(wrong(format!(
                "a chunk is {length} bytes long, where {size} were agreed on"
            )));
        }
        self.length += length;
        self.pieces.push(chunk.bytes);
        Ok(())
    }

    /// The whole, if nothing of it is missing.
    pub fn finish(self) -> Result<Bytes, Diagnostic> {
        let length = to_i64(self.length);
        match self.total_length {
            None => return Err(wrong("it has no chunk")),
            Some(total) if total != length => {
                return Err(wrong(format!("it ends after {length} of {total} bytes")));
            }
            Some(_) => {}
        }
        Ok(match <[Bytes; 1]>::try_from(self.pieces) {
            Ok([whole]) => whole,
            Err(pieces) => pieces.concat().into(),
        })
    }
}

fn to_i64(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn wrong(words: impl Into<String>) -> Diagnostic {
    let detail = format!(
        "What Terraform sent is no whole state: {}. Nothing was written. This is a bug in Terraform. Please report it there.",
        words.into()
    );
    Diagnostic::error("Error Writing State", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(text: &'static str, total_length: i64, first: i64, last: i64) -> Chunk {
        Chunk {
            bytes: Bytes::from_static(text.as_bytes()),
            total_length,
            range: (first, last),
        }
    }

    fn assembled(chunks: impl IntoIterator<Item = Chunk>, size: usize) -> Result<Bytes, String> {
        let mut assembly = Assembly::new(size);
        let mut chunks = chunks.into_iter();
        let taken = chunks.try_for_each(|chunk| assembly.add(chunk));
        taken
            .and_then(|()| assembly.finish())
            .map_err(|error| error.detail)
    }

    #[test]
    fn what_is_split_is_put_together_again() {
        for length in [1, 2, 3, 4, 7, 8, 9] {
            let whole = Bytes::from((0..length).collect::<Vec<u8>>());
            for size in [1, 2, 3, 8, 100] {
                let chunks: Vec<_> = split(whole.clone(), size).collect();
                assert_eq!(chunks.len(), whole.len().div_ceil(size));
                assert_eq!(assembled(chunks, size), Ok(whole.clone()));
            }
        }
        assert_eq!(split(Bytes::new(), 8).count(), 0);
    }

    #[test]
    fn what_is_no_whole_state_is_refused() {
        let whole = || vec![chunk("abc", 5, 0, 2), chunk("de", 5, 3, 4)];
        assert_eq!(assembled(whole(), 3), Ok(Bytes::from_static(b"abcde")));
        let with = |index: usize, other: Chunk| {
            let mut chunks = whole();
            chunks[index] = other;
            chunks
        };
        let more = |other: Chunk| [whole(), vec![other]].concat();
        for (chunks, expect) in [
            (Vec::new(), "it has no chunk"),
            (whole()[..1].to_vec(), "it ends after 3 of 5 bytes"),
            (
                whole()[1..].to_vec(),
                "2 bytes that go on at 0 are said to be bytes 3 to 4",
            ),
            (
                with(1, chunk("de", 6, 3, 4)),
                "the state was 5 bytes long, and is 6 bytes long now",
            ),
            (
                with(1, chunk("de", 5, 2, 3)),
                "2 bytes that go on at 3 are said to be bytes 2 to 3",
            ),
            (
                with(1, chunk("de", 5, 3, 5)),
                "2 bytes that go on at 3 are said to be bytes 3 to 5",
            ),
            (
                with(1, chunk("def", 5, 3, 5)),
                "byte 5 is beyond the end of a state of 5 bytes",
            ),
            (
                with(0, chunk("ab", 5, 0, 1)),
                "a chunk is 2 bytes long, where 3 were agreed on",
            ),
            (
                with(0, chunk("abcd", 5, 0, 3)),
                "a chunk is 4 bytes long, where 3 were agreed on",
            ),
            (
                with(0, chunk("", 5, 0, -1)),
                "a chunk is 0 bytes long, where 3 were agreed on",
            ),
            (
                more(chunk("f", 5, 5, 5)),
                "byte 5 is beyond the end of a state of 5 bytes",
            ),
            (vec![chunk("", 0, 0, -1)], "the state is 0 bytes long"),
            (vec![chunk("a", -1, 0, 0)], "the state is -1 bytes long"),
            (
                vec![chunk("a", i64::MAX, i64::MAX, i64::MIN)],
                "are said to be bytes",
            ),
        ] {
            let error = assembled(chunks, 3).expect_err(expect);
            assert!(error.contains(expect), "{error}");
        }
    }
}
