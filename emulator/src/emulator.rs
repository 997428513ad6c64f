//! An emulator that many requests share.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::options::Options;
use crate::state::State;

/// An emulated Azure: clones share it.
#[derive(Clone, Debug)]
pub struct Emulator {
    state: Arc<Mutex<State>>,
    /// Whether anything is written down.
    has_file: bool,
}

impl Emulator {
    /// An Azure with what its state file holds, or with nothing in it but the fixtures.
    ///
    /// # Errors
    /// When a fixture is refused or the state file cannot be used.
    pub fn new(options: Options) -> io::Result<Self> {
        let has_file = options.state.is_some();
        let state = State::new(options)?;
        Ok(Self {
            state: Arc::new(Mutex::new(state)),
            has_file,
        })
    }

    /// Works on the state, alone. Every change goes through here, and from here to the state file.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = work(&mut state);
        state.keep();
        result
    }

    /// Waits until everything that was done so far is on disk; false when the state file cannot be written to any more.
    pub(crate) async fn is_durable(&self) -> bool {
        if !self.has_file {
            return true;
        }
        let receipt = self.lock().receipt();
        match receipt {
            Some(receipt) => receipt.wait().await,
            None => true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
