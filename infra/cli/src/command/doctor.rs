//! `onramp doctor`: reads the options and prints the report.

use std::path::PathBuf;

use clap::Args;
use runtime::{Aws, Clock, Env, OutboundHttp};

use super::setting;
use crate::{
    doctor::{self, Clients, Report, Stage, Subject},
    terminal::Terminal,
};
use aws_local::template;

/// Options of `onramp doctor`. The field docs are the help texts.
#[derive(Debug, Args)]
pub struct Options {
    /// Name of the stage in samconfig.toml.
    #[arg(long, value_name = "STAGE", default_value = "default")]
    config_env: String,
    /// SAM configuration file with the stages.
    #[arg(long, value_name = "FILE", default_value = "samconfig.toml")]
    config_file: PathBuf,
    /// Override a template parameter or function variable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Also check the deployed stage. Requires AWS_REGION, AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN for temporary credentials. Set STRIPE_API_KEY
    /// if the stage's own key cannot read endpoints and prices.
    #[arg(long)]
    deployed: bool,
    /// URL of the deployed stage, without a path. Used to check the webhook endpoint.
    #[arg(long, value_name = "URL", requires = "deployed")]
    url: Option<runtime::BaseUrl>,
    /// Table name, if CloudFormation did not generate it.
    #[arg(long, value_name = "NAME", requires = "deployed")]
    table: Option<String>,
    /// Send a test email with the stage's settings.
    #[arg(long, value_name = "ADDRESS", requires = "deployed")]
    send_test_mail: Option<String>,
    /// Print the report as JSON instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> Result<bool, String> {
    let env = Env::from_os();
    let file = options.config_file.display().to_string();
    let text = std::fs::read_to_string(&options.config_file)
        .map_err(|error| format!("Cannot read {file}: {error}"))?;
    let mut stage = Stage::read(&text, &options.config_env).map_err(|error| format!("{file}: {error}"))?;
    stage.values.extend(options.set);
    let subject = Subject {
        template: template::TEXT.to_owned(),
        stage,
        url: options.url.map(|url| url.to_string()),
        table: options.table,
        stripe_key: env.get("STRIPE_API_KEY").map(str::to_owned),
    };
    let mut findings = doctor::examine_configuration(&subject).await;
    if options.deployed {
        let aws = Aws::from_env(&env).map_err(|errors| {
            let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
            let hint = "eval \"$(aws configure export-credentials --format env)\" sets the keys";
            format!("To check the deployed stage, set {} ({hint}).", names.join(", "))
        })?;
        let clients = Clients { aws, outside: OutboundHttp::system(), clock: Clock::system() };
        findings.extend(doctor::examine_deployment(&subject, &clients).await);
        if let Some(to) = &options.send_test_mail {
            findings.push(doctor::send_test_mail(&subject, &clients, to).await);
        }
    }
    let (report, terminal) = (Report::new(findings), Terminal::detect());
    if options.json {
        terminal.print_line(&format!("{:#}", report.json()));
    } else {
        report.lines(terminal).iter().for_each(|line| terminal.print_line(line));
    }
    Ok(!report.has_errors())
}
