//! People and API keys: who may come in, as a person or as a program.

mod keys;
mod list;
mod new_user;
mod secret;

pub use keys::KeysPage;
pub use list::PeoplePage;
