//! What is said of a body that does not fit. The codes and the sentence around the reason are Azure's; most of the
//! reasons themselves were never seen and follow the words of the reader that Azure's services use.

use crate::core::error::ArmError;
use crate::core::errors;

/// What is wrong at a place.
#[derive(Debug, PartialEq)]
pub(super) enum Wrong {
    /// A value of another kind is due.
    Kind(&'static str),
    /// No value of that kind has this text, which may be a secret.
    Value {
        given: Option<String>,
        kind: String,
    },
    Missing(String),
    Unknown(String),
    Short,
    Long,
    Pattern(String),
    Range,
    Few(usize),
    Many(usize),
}

/// What is wrong, and where.
#[derive(Debug, PartialEq)]
pub(super) struct Unfit {
    wrong: Wrong,
    path: String,
}

impl Unfit {
    pub(super) fn new(wrong: Wrong, place: &impl ToString) -> Self {
        Self {
            wrong,
            path: place.to_string(),
        }
    }

    /// Whether it is only that the document does not know it.
    pub(super) fn is_undocumented(&self) -> bool {
        matches!(self.wrong, Wrong::Unknown(_) | Wrong::Value { .. })
    }

    /// The answer of the service that was asked.
    pub(super) fn refusal(&self, namespace: &str) -> ArmError {
        let reason = format!("{} Path '{}'.", self.reason(), self.path);
        match namespace {
            "Microsoft.Network" => ArmError::unreadable("InvalidJson", reason),
            "Microsoft.Logic" => errors::invalid_request_content(reason),
            _ => errors::unreadable_content(reason),
        }
    }

    fn reason(&self) -> String {
        match &self.wrong {
            Wrong::Kind(kind) => format!("The value cannot be converted to type '{kind}'."),
            Wrong::Value { given, kind } => match given {
                Some(given) => format!("Error converting value \"{given}\" to type '{kind}'."),
                None => format!("Error converting a value to type '{kind}'."),
            },
            Wrong::Missing(member) => format!("Required property '{member}' not found in JSON."),
            Wrong::Unknown(member) => format!("Could not find member '{member}' on the object."),
            Wrong::Short => "The text is too short.".to_owned(),
            Wrong::Long => "The text is too long.".to_owned(),
            Wrong::Pattern(pattern) => format!("The text does not match '{pattern}'."),
            Wrong::Range => "The number is out of range.".to_owned(),
            Wrong::Few(least) => format!("The list has less than {least} elements."),
            Wrong::Many(most) => format!("The list has more than {most} elements."),
        }
    }
}
