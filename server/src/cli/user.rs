//! `switchyard user`.

use clap::Subcommand;
use domain::{Fault, IssuedPassword, NewUser, PageRequest, Role, User, page::MAX_PAGE_SIZE};

use super::{Context, DataArgs, Failure, Outcome, Workspace, output};

/// Add and manage people.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add a person; prints a generated password once, unless the first line of standard input is to be the password.
    Add {
        /// What the person signs in with.
        email: String,
        /// Name for people; the address when it is not given.
        #[arg(long)]
        name: Option<String>,
        /// agent, supervisor, auditor or administrator.
        #[arg(long, value_parser = parse_role)]
        role: Role,
        /// The areas of the policy that the person may change, with commas; all of it when it is not given.
        #[arg(long, default_value = "")]
        areas: String,
        /// Read the password from standard input instead of generating one.
        #[arg(long)]
        password_stdin: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List people.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Say which areas of the policy a person may change, with commas; "" is all of it.
    Areas {
        /// The person's address.
        email: String,
        /// The areas.
        areas: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Let a person sign in no more, and end every session.
    Disable {
        /// The person's address.
        email: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Let a disabled person sign in again.
    Enable {
        /// The person's address.
        email: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Give a person a new generated password, printed once, and end every session.
    ResetPassword {
        /// The person's address.
        email: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
}

fn parse_role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| "must be agent, supervisor, auditor or administrator".to_owned())
}

impl UserCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let workspace = context.open(self.data()).await?;
        let outcome = self.act(&workspace).await;
        workspace.close(outcome).await
    }

    const fn data(&self) -> &DataArgs {
        match self {
            Self::Add { data, .. }
            | Self::List { data, .. }
            | Self::Areas { data, .. }
            | Self::Disable { data, .. }
            | Self::Enable { data, .. }
            | Self::ResetPassword { data, .. } => data,
        }
    }

    async fn act(self, workspace: &Workspace) -> Outcome {
        let Workspace { services, actor, .. } = workspace;
        match self {
            Self::Add { email, name, role, areas, password_stdin, json, .. } => {
                let new = NewUser { name: name.unwrap_or_else(|| email.clone()), email, role, areas };
                if password_stdin {
                    let mut password = String::new();
                    std::io::stdin().read_line(&mut password)?;
                    let password = password.trim_end_matches(['\r', '\n']);
                    let user = services.add_user_with_password(actor, new, password).await.map_err(Fault::from)?;
                    return if json { output::json(&user) } else { output::line(&format!("Added {}.", user.email)) };
                }
                let issued = services.add_user(actor, new).await.map_err(Fault::from)?;
                show_issued(&issued, json)
            }
            Self::List { json, .. } => {
                let users = all_users(workspace).await?;
                if json {
                    return output::json(&users);
                }
                let rows: Vec<_> = users
                    .iter()
                    .map(|user| {
                        let state = if user.disabled_at.is_some() { "disabled" } else { "active" };
                        [user.email.clone(), user.name.clone(), user.role.to_string(), state.to_owned()]
                    })
                    .collect();
                output::table(["ADDRESS", "NAME", "ROLE", "STATE"], &rows)
            }
            Self::Areas { email, areas, .. } => {
                let user = lookup(workspace, &email).await?;
                let user = services.set_user_areas(actor, user.id, &areas).await.map_err(Fault::from)?;
                let areas = if user.areas.is_empty() { "all of it".to_owned() } else { user.areas.join(", ") };
                output::line(&format!("{} may change of the policy: {areas}.", user.email))
            }
            Self::Disable { email, .. } => set_disabled(workspace, &email, true).await,
            Self::Enable { email, .. } => set_disabled(workspace, &email, false).await,
            Self::ResetPassword { email, json, .. } => {
                let user = lookup(workspace, &email).await?;
                let issued = services.reset_password(actor, user.id).await.map_err(Fault::from)?;
                show_issued(&issued, json)
            }
        }
    }
}

fn show_issued(issued: &IssuedPassword, json: bool) -> Outcome {
    if json {
        output::json(issued)
    } else {
        output::line(&format!("{} signs in with the password {}", issued.user.email, issued.password))
    }
}

async fn lookup(workspace: &Workspace, email: &str) -> Result<User, Failure> {
    match workspace.services.lookup_user_by_email(&workspace.actor, email).await.map_err(Fault::from) {
        Err(Fault::NotFound) => Err(Failure::message(format!("there is nobody with the address {email}"))),
        found => Ok(found?),
    }
}

async fn set_disabled(workspace: &Workspace, email: &str, disabled: bool) -> Outcome {
    let user = lookup(workspace, email).await?;
    workspace.services.set_user_disabled(&workspace.actor, user.id, disabled).await.map_err(Fault::from)?;
    output::line(&format!("{} {}.", user.email, if disabled { "is disabled" } else { "may sign in" }))
}

async fn all_users(workspace: &Workspace) -> Result<Vec<User>, Failure> {
    let mut users = Vec::new();
    let mut request = PageRequest::first(MAX_PAGE_SIZE);
    loop {
        let page = workspace.services.list_users(&workspace.actor, &request).await.map_err(Fault::from)?;
        users.extend(page.items);
        let Some(next) = page.next else { return Ok(users) };
        request = PageRequest::after(Some(next), Some(MAX_PAGE_SIZE));
    }
}
