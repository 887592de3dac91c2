use boot::{BaseUrl, ConfigErrors, Env};
use domain::operator::Operators;
use web::Origins;

/// The function's variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub table: String,
    /// The address at which browsers reach Onramp; `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    /// The product's name, as people read it.
    pub product: String,
    /// Who may come in.
    pub operators: Operators,
    /// Days before its end on which the admins of a trial are reminded that begins here.
    pub reminder_days: Vec<u16>,
    /// Where the host app is: for the headers alone, which are those of every other page.
    pub app_url: Option<String>,
    /// Where Stripe's hosted pages are: for the headers too.
    pub checkout: Origins,
}

impl Config {
    /// Reads them.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let public_url = vars.public_url();
        let product = vars.product_name();
        let operators = vars.parsed("OPERATOR_EMAILS", "", "mail addresses, separated by commas");
        let expected = "whole numbers of days, separated by commas";
        let reminder_days = vars.read("TRIAL_REMINDER_DAYS", Some("3"), expected, |text| {
            let mut days: Vec<u16> =
                text.split(',').map(|days| days.trim().parse().ok()).collect::<Option<_>>()?;
            days.sort_unstable();
            days.dedup();
            // A reminder on the day of the end itself would be the end's own mail.
            days.retain(|days| *days > 0);
            Some(days)
        });
        let app_url = vars.base_url("APP_URL").map(|url| url.map(|url| url.as_str().to_owned()));
        let checkout = vars.parsed("STRIPE_CHECKOUT_ORIGINS", Origins::STRIPE, Origins::EXPECTED);
        let config = (|| {
            Some(Self {
                table: table?,
                public_url: public_url?,
                product: product?,
                operators: operators?,
                reminder_days: reminder_days?,
                app_url: app_url?,
                checkout: checkout?,
            })
        })();
        vars.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_an_operator_by_default() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!(config.operators, Operators::default());
        assert_eq!((config.reminder_days, config.app_url), (vec![3], None));
        let days = Env::new([("TABLE_NAME", "onramp"), ("TRIAL_REMINDER_DAYS", "7, 3,0,7")]);
        assert_eq!(Config::read(&days).unwrap().reminder_days, [3, 7]);
    }

    #[test]
    fn every_fault_is_named_and_no_value_is_shown() {
        let bad = Env::new([
            ("OPERATOR_EMAILS", "ann@example.com;hunter2"),
            ("TRIAL_REMINDER_DAYS", "soon"),
            ("STRIPE_CHECKOUT_ORIGINS", "*"),
        ]);
        let faults = Config::read(&bad).unwrap_err();
        let names: Vec<_> = faults.0.iter().map(|fault| fault.name).collect();
        assert_eq!(
            names,
            ["TABLE_NAME", "OPERATOR_EMAILS", "TRIAL_REMINDER_DAYS", "STRIPE_CHECKOUT_ORIGINS"]
        );
        assert!(!faults.to_string().contains("hunter2") && !faults.to_string().contains("ann@"), "{faults}");
    }
}
