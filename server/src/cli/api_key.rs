//! `switchyard api-key`.

use clap::Subcommand;
use domain::{ApiKey, ApiKeyId, Fault, PageRequest, Scope, page::MAX_PAGE_SIZE};

use super::{Context, DataArgs, Failure, Outcome, Workspace, output};

/// Make and revoke keys.
#[derive(Debug, Subcommand)]
pub(super) enum ApiKeyCommand {
    /// Make a key; prints it once.
    Create {
        /// Name for people, for example the program that uses it.
        #[arg(long)]
        name: String,
        /// What it may do: tasks:write, tasks:read, work, policies:read, policies:write.
        #[arg(long, value_delimiter = ',', required = true, value_parser = parse_scope)]
        scope: Vec<Scope>,
        /// The areas of the policy that it may change, with commas; all of it when it is not given.
        #[arg(long, default_value = "")]
        areas: String,
        /// Print JSON: {"key": …, "id": …}.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List keys; their secrets are not kept.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// End a key for good.
    Revoke {
        /// The key's identifier, as the list shows it.
        id: ApiKeyId,
        #[command(flatten)]
        data: DataArgs,
    },
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    text.trim().parse().map_err(|_| "must be tasks:write, tasks:read, work, policies:read or policies:write".to_owned())
}

impl ApiKeyCommand {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let workspace = context.open(self.data()).await?;
        let outcome = self.act(&workspace).await;
        workspace.close(outcome).await
    }

    const fn data(&self) -> &DataArgs {
        match self {
            Self::Create { data, .. } | Self::List { data, .. } | Self::Revoke { data, .. } => data,
        }
    }

    async fn act(self, workspace: &Workspace) -> Outcome {
        let Workspace { services, actor, .. } = workspace;
        match self {
            Self::Create { name, scope, areas, json, .. } => {
                let issued = services.create_api_key(actor, &name, &scope, &areas).await.map_err(Fault::from)?;
                if json {
                    let key = &issued.key;
                    output::json(&serde_json::json!({
                        "key": issued.secret, "id": key.id, "name": key.name, "scopes": key.scopes,
                    }))
                } else {
                    output::line(&issued.secret)
                }
            }
            Self::List { json, .. } => {
                let keys = all_keys(workspace).await?;
                if json {
                    return output::json(&keys);
                }
                let rows: Vec<_> = keys.iter().map(row).collect();
                output::table(["ID", "NAME", "SCOPES", "LAST USED", "STATE"], &rows)
            }
            Self::Revoke { id, .. } => match services.revoke_api_key(actor, id).await.map_err(Fault::from) {
                Ok(key) => output::line(&format!("The key {} ({}) works no more.", key.id, key.name)),
                Err(Fault::NotFound) => Err(Failure::message(format!("there is no key {id}"))),
                Err(fault) => Err(fault.into()),
            },
        }
    }
}

fn row(key: &ApiKey) -> [String; 5] {
    let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let last_used = key.last_used_at.map_or_else(|| "never".to_owned(), domain::Timestamp::to_minute);
    let state = if key.revoked_at.is_some() { "revoked" } else { "active" };
    [key.id.to_string(), key.name.clone(), scopes.join(","), last_used, state.to_owned()]
}

async fn all_keys(workspace: &Workspace) -> Result<Vec<ApiKey>, Failure> {
    let mut keys = Vec::new();
    let mut request = PageRequest::first(MAX_PAGE_SIZE);
    loop {
        let page = workspace.services.list_api_keys(&workspace.actor, &request).await.map_err(Fault::from)?;
        keys.extend(page.items);
        let Some(next) = page.next else { return Ok(keys) };
        request = PageRequest::after(Some(next), Some(MAX_PAGE_SIZE));
    }
}
