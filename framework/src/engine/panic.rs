//! A net under the code of authors.

use std::any::Any;
use std::cell::RefCell;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;

use crate::diagnostics::{Diagnostic, Diagnostics, Report as _, Reported};

tokio::task_local! {
    /// Where work panicked whose panics are caught.
    static PLACE: RefCell<Option<String>>;
}

/// Runs work that may panic; a panic becomes a message that says where it was, and asks for a bug report.
pub async fn catch<T>(work: impl Future<Output = T>) -> Result<T, Diagnostic> {
    let caught = async {
        let result = AssertUnwindSafe(work).catch_unwind().await;
        result.map_err(|panic| match PLACE.with(RefCell::take) {
            Some(place) => format!("{} at {place}", payload(&*panic)),
            None => payload(&*panic).to_owned(),
        })
    };
    let result = PLACE.scope(RefCell::default(), caught).await;
    result.map_err(|panic| {
        let detail = format!(
            "The provider stopped in the middle of this operation: {panic}. This is a bug in the provider. Please report it with the \
             log that TF_LOG_PROVIDER=debug gives."
        );
        Diagnostic::error("Bug in the provider", detail)
    })
}

/// How an operation ended that was caught if it panicked; whatever it failed with is among its diagnostics then.
pub(super) fn reported<T>(
    caught: Result<Result<T, Reported>, Diagnostic>,
    diagnostics: &mut Diagnostics,
) -> Result<T, Reported> {
    caught.map_err(Reported::from).flatten().report(diagnostics)
}

/// Whether what runs here is caught when it panics; then the place is kept for the message.
pub(crate) fn is_caught(place: Option<String>) -> bool {
    PLACE.try_with(|kept| kept.replace(place)).is_ok()
}

/// What stands for a panic that is no text.
pub(crate) const NO_MESSAGE: &str = "(no message)";

fn payload(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or(NO_MESSAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_caught_tells_its_place_and_is_no_crash() {
        assert!(!is_caught(None));
        let work = async {
            assert!(is_caught(Some("src/a.rs:1:2".to_owned())));
            panic!("boom {}", 1)
        };
        let caught: Result<(), _> = catch(work).await;
        // The standard hook, which tests have, tells no place but this.
        let detail = caught.expect_err("it panicked").detail;
        assert!(detail.contains("boom 1 at src/a.rs:1:2"), "{detail}");
        assert_eq!(catch(async { 1 }).await, Ok(1));
        assert!(!is_caught(None));
    }
}
