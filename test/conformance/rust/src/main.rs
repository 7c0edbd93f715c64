//! AWS SDK for Rust: does one check and prints one line of JSON.

use aws_config::provider_config::ProviderConfig;
use aws_config::{imds, BehaviorVersion, SdkConfig};
use aws_sdk_sts::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_sts::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sts::error::BoxError;
use aws_smithy_http_client::Builder;
use serde_json::{json, Value};
use std::error::Error;
use std::io::BufRead;
use std::sync::{Arc, Mutex};

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let check = std::env::args().nth(1).unwrap_or_default();
    if check == "follow" {
        follow().await;
    } else {
        say(answer(&check).await);
    }
}

async fn load() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().build_http())
        .load()
        .await
}

async fn answer(check: &str) -> Result<String, Failure> {
    match check {
        // The manifest is all that knows it.
        "version" => Ok(include_str!("../Cargo.toml")
            .lines()
            .find_map(|line| line.strip_prefix("aws-config = { version = \"="))
            .and_then(|rest| rest.split('"').next())
            .unwrap_or("unknown")
            .to_owned()),
        "whoami" => {
            let sts = aws_sdk_sts::Client::new(&load().await);
            let identity = sts.get_caller_identity().send().await?;
            Ok(identity.arn().unwrap_or_default().to_owned())
        }
        "region" => {
            let config = load().await;
            Ok(config.region().ok_or("no region")?.to_string())
        }
        "identity" => {
            let plain = ProviderConfig::default().with_http_client(Builder::new().build_http());
            let client = imds::Client::builder().configure(&plain).build();
            let text = client
                .get("/latest/dynamic/instance-identity/document")
                .await?;
            let document: Value = serde_json::from_str(text.as_ref())?;
            let field = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
            Ok(format!("{} {}", field("accountId"), field("region")))
        }
        _ => Err(format!("no check called {check}").into()),
    }
}

/// One client for as long as the program runs, since its cache lives there; each line of input makes it sign again.
async fn follow() {
    let seen = SigningKey::default();
    let config = aws_sdk_sts::config::Builder::from(&load().await)
        .interceptor(seen.clone())
        .build();
    let sts = aws_sdk_sts::Client::from_conf(config);
    for _ in std::io::stdin().lock().lines() {
        seen.set(None);
        // The answer is no matter: a mock with the right time may well refuse a client whose clock was moved.
        let sent = sts.get_caller_identity().send().await;
        say(match seen.get() {
            Some(key) => Ok(key),
            None => Err(sent.err().map_or("nothing was signed".into(), Failure::from)),
        });
    }
}

/// Sees the access key id that a request is signed with.
#[derive(Clone, Debug, Default)]
struct SigningKey(Arc<Mutex<Option<String>>>);

impl SigningKey {
    fn set(&self, key: Option<String>) {
        *self.0.lock().unwrap() = key;
    }
    fn get(&self) -> Option<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Intercept for SigningKey {
    fn name(&self) -> &'static str {
        "SigningKey"
    }
    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let header = context.request().headers().get("authorization");
        let key = header
            .and_then(|value| value.split("Credential=").nth(1))
            .and_then(|value| value.split('/').next());
        self.set(key.map(str::to_owned));
        Ok(())
    }
}

fn say(result: Result<String, Failure>) {
    let line = match result {
        Ok(value) => json!({ "ok": true, "value": value, "detail": "" }),
        Err(failure) => json!({ "ok": false, "value": "", "detail": chain(failure.as_ref()) }),
    };
    println!("{line}");
}

/// The SDK's errors say little themselves; their causes do.
fn chain(failure: &dyn Error) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
