//! What a page hears when a server function is refused or fails.

use std::fmt;

use domain::{Fault, ValidationCode, ValidationError};
use leptos::server_fn::{
    Bytes,
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// A [`Fault`] on its way from a server function to a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppError(pub Fault);

impl AppError {
    /// The field that is refused, when one is.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match &self.0 {
            Fault::Invalid(error) => Some(&error.field),
            _ => None,
        }
    }

    /// One sentence for people. Unlike `Display` it does not begin with the name of the field when the message is a
    /// sentence of its own.
    #[must_use]
    pub fn message(&self) -> String {
        match &self.0 {
            Fault::Invalid(error) if error.message.starts_with(char::is_uppercase) => error.message.clone(),
            Fault::Invalid(error) => format!("{}: {}.", capitalised(&error.field), error.message),
            fault => fault.to_string(),
        }
    }

    /// Whether nobody is signed in.
    #[must_use]
    pub const fn is_unauthenticated(&self) -> bool {
        matches!(self.0, Fault::Unauthenticated)
    }
}

/// A field's name as the beginning of a sentence: `due_at` becomes `Due at`.
fn capitalised(field: &str) -> String {
    let mut chars = field.chars();
    chars
        .next()
        .map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str().replace('_', " ")))
}

impl fmt::Display for AppError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl std::error::Error for AppError {}

impl From<Fault> for AppError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self(Fault::Unavailable {
                message: "The server cannot be reached. Check the connection and try again.".to_owned(),
            }),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Serialization(_) => {
                refused_form()
            }
            other => internal(&other),
        }
    }

    /// Reads the errors of server functions, and those of the layers before them, which answer with RFC 9457 problems.
    fn de(data: Bytes) -> Self {
        serde_json::from_slice(&data).map_or_else(|_| from_problem(&data), Self)
    }
}

/// The caller's form lacks a field or has one that cannot be read: an old page, or a hand-made request.
fn refused_form() -> AppError {
    let error = ValidationError::new(
        "form",
        ValidationCode::Malformed,
        "This form could not be read. Reload the page and try again.",
    );
    let refused = AppError(Fault::Invalid(error));
    #[cfg(feature = "ssr")]
    crate::api::set_status(&refused.0);
    refused
}

/// Logs a cause once, on the server, under a reference that is all that the page hears of it.
pub(crate) fn internal(cause: &dyn std::error::Error) -> AppError {
    #[cfg(feature = "ssr")]
    let reference = {
        let reference = crate::api::request_reference();
        tracing::error!(error.reference = reference, error.causes = %cause, "a server function failed");
        reference
    };
    #[cfg(not(feature = "ssr"))]
    let reference = {
        leptos::logging::warn!("the answer of the server could not be read: {cause}");
        "browser".to_owned()
    };
    AppError(Fault::Internal { reference })
}

/// What a layer in front of the server functions meant, by the status of its problem document.
fn from_problem(data: &[u8]) -> AppError {
    #[derive(Deserialize)]
    struct Problem {
        status: u16,
        #[serde(default)]
        detail: Option<String>,
        #[serde(default)]
        retry_after_s: Option<u32>,
    }
    let Ok(problem) = serde_json::from_slice::<Problem>(data) else {
        return AppError(Fault::Internal { reference: "unreadable answer".to_owned() });
    };
    AppError(match problem.status {
        401 => Fault::Unauthenticated,
        403 => Fault::Forbidden,
        404 => Fault::NotFound,
        429 => Fault::TooMany { retry_after_s: problem.retry_after_s.unwrap_or(1) },
        409 => Fault::conflict(problem.detail.unwrap_or_else(|| "This is not possible now.".to_owned())),
        _ => Fault::Unavailable {
            message: problem.detail.unwrap_or_else(|| "The server could not answer. Try again.".to_owned()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid() -> AppError {
        AppError(Fault::Invalid(ValidationError::required("due_at")))
    }

    #[test]
    fn every_kind_of_error_survives_the_way_to_the_page() {
        for fault in [
            invalid().0,
            Fault::Unauthenticated,
            Fault::Forbidden,
            Fault::NotFound,
            Fault::conflict("Somebody else holds this task."),
            Fault::TooMany { retry_after_s: 7 },
            Fault::InvalidPolicy { problems: Vec::new() },
            Fault::Internal { reference: "abc".to_owned() },
        ] {
            let error = AppError(fault);
            assert_eq!(AppError::de(error.ser()), error);
        }
    }

    #[test]
    fn problems_of_the_layers_before_are_understood() {
        let problem = br#"{"type":"about:blank","title":"Unauthorized","status":401}"#;
        assert_eq!(AppError::de(Bytes::from_static(problem)), AppError(Fault::Unauthenticated));
        assert!(matches!(AppError::de(Bytes::from_static(b"<html>")).0, Fault::Internal { .. }));
    }

    #[test]
    fn a_refused_field_is_named_and_its_message_is_a_sentence() {
        assert_eq!(invalid().field(), Some("due_at"));
        assert_eq!(invalid().message(), "Due at: must be given.");
        let own = ValidationError::new("password", ValidationCode::Malformed, "Address or password is wrong.");
        assert_eq!(AppError(Fault::Invalid(own)).message(), "Address or password is wrong.");
    }

    #[test]
    fn a_cause_inside_the_framework_never_reaches_the_page() {
        let error = AppError::from_server_fn_error(ServerFnErrorErr::ServerError("secret path".to_owned()));
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
