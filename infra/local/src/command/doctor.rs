use std::path::PathBuf;

use boot::{Aws, Clock, Env, OutboundHttp};
use clap::Args;

use super::setting;
use crate::doctor::{self, Reach, Report, Stage, Subject};
use crate::template;
use crate::terminal::Terminal;

/// What the doctor is asked.
#[derive(Debug, Args)]
pub struct Options {
    /// The stage of samconfig.toml.
    #[arg(long, value_name = "STAGE", default_value = "default")]
    config_env: String,
    /// The file of stages.
    #[arg(long, value_name = "FILE", default_value = "samconfig.toml")]
    config_file: PathBuf,
    /// A template parameter or a variable, over what the file says.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Look at the deployed stage too. It needs AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary
    /// ones, AWS_SESSION_TOKEN; STRIPE_API_KEY where the stage's own key may not read endpoints and prices.
    #[arg(long)]
    deployed: bool,
    /// The deployed stage's address, without a path: the webhook has to lead there.
    #[arg(long, value_name = "URL", requires = "deployed")]
    url: Option<boot::BaseUrl>,
    /// The table, if the stack did not name it.
    #[arg(long, value_name = "NAME", requires = "deployed")]
    table: Option<String>,
    /// Send one mail as the stage would.
    #[arg(long, value_name = "ADDRESS", requires = "deployed")]
    send_test_mail: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> Result<bool, String> {
    let env = Env::from_os();
    let file = options.config_file.display().to_string();
    let text = std::fs::read_to_string(&options.config_file)
        .map_err(|error| format!("{file} cannot be read: {error}"))?;
    let mut stage = Stage::read(&text, &options.config_env).map_err(|error| format!("{file}: {error}"))?;
    stage.values.extend(options.set);
    let subject = Subject {
        template: template::TEXT.to_owned(),
        stage,
        url: options.url.map(|url| url.as_str().to_owned()),
        table: options.table,
        stripe_key: env.get("STRIPE_API_KEY").map(str::to_owned),
    };
    let mut findings = doctor::examine_configuration(&subject).await;
    if options.deployed {
        let aws = Aws::from_env(&env).map_err(|faults| {
            let names: Vec<_> = faults.0.iter().map(|fault| fault.name).collect();
            let hint = "eval \"$(aws configure export-credentials --format env)\" sets the keys";
            format!("To look at the deployed stage, set {} ({hint}).", names.join(", "))
        })?;
        let reach = Reach { aws, outside: OutboundHttp::system(), clock: Clock::system() };
        findings.extend(doctor::examine_deployment(&subject, &reach).await);
        if let Some(to) = &options.send_test_mail {
            findings.push(doctor::send_test_mail(&subject, &reach, to).await);
        }
    }
    let (report, terminal) = (Report::new(findings), Terminal::detect());
    if options.json {
        terminal.say(&format!("{:#}", report.json()));
    } else {
        report.lines(terminal).iter().for_each(|line| terminal.say(line));
    }
    Ok(!report.has_faults())
}
