//! Configuration from environment variables.

use domain::{
    billing::Prices,
    mail::brake::Budget,
    people::{IdleTimeout, Operators},
    provisioning::Steps,
    trial::parse_reminder_days,
};
use runtime::{BaseUrl, ConfigErrors, Env, require};
use stripe::Mode;
use web::Origins;

/// Configuration of the function, read from environment variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub table: String,
    /// URL at which browsers reach Onramp. `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    /// Product name that the pages show.
    pub product: String,
    /// How long a session lives without use.
    pub session_idle: IdleTimeout,
    /// Number of welcome emails to new addresses that are sent per hour without delay.
    pub budget: Budget,
    /// Whether this stage uses Stripe's test mode or live mode, for links to Stripe.
    pub mode: Mode,
    /// Addresses of the operators.
    pub operators: Operators,
    /// Reminder schedule of a trial that an operator starts: days before the end of the trial,
    /// ascending.
    pub reminder_days: Vec<u16>,
    /// Price ids of the plans. They show which parked events are for a plan.
    pub prices: Prices,
    /// Steps of the host app for new organizations.
    pub steps: Steps,
    /// URL of the host app, for the security headers.
    pub app_url: Option<BaseUrl>,
    /// Origins of Stripe's hosted pages, for the security headers.
    pub checkout: Origins,
}

impl Config {
    /// Reads and validates the variables.
    ///
    /// # Errors
    /// Returns an error for each missing or invalid variable.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let public_url = vars.public_url();
        let product = vars.product_name();
        let session_idle = vars.session_idle();
        let budget = vars.sign_up_budget();
        let mode = vars.read("STRIPE_PUBLISHABLE_KEY", None, Mode::EXPECTED, Mode::of_publishable);
        let operators = vars.parsed("OPERATOR_EMAILS", "", "comma-separated email addresses");
        let expected = "comma-separated integers (days)";
        let reminder_days = vars.read("TRIAL_REMINDER_DAYS", Some("3"), expected, parse_reminder_days);
        let prices = vars.prices();
        let steps = vars.steps();
        let app_url = vars.base_url("APP_URL");
        let checkout = vars.parsed("STRIPE_CHECKOUT_ORIGINS", Origins::STRIPE, Origins::EXPECTED);
        require!(
            vars,
            table,
            public_url,
            product,
            session_idle,
            budget,
            mode,
            operators,
            reminder_days,
            prices,
            steps,
            app_url,
            checkout
        );
        Ok(Self {
            table,
            public_url,
            product,
            session_idle,
            budget,
            mode,
            operators,
            reminder_days,
            prices,
            steps,
            app_url,
            checkout,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUIRED: [(&str, &str); 4] = [
        ("TABLE_NAME", "onramp"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_test_1"),
        ("STRIPE_SINGLE_USER_PRICE_ID", "price_1"),
        ("STRIPE_TEAM_PRICE_ID", "price_2"),
    ];

    #[test]
    fn config_has_no_operators_by_default() {
        let config = Config::read(&Env::new(REQUIRED)).unwrap();
        assert_eq!(config.operators, Operators::default());
        assert_eq!((config.reminder_days, config.app_url), (vec![3], None));
        let days = Env::new(REQUIRED.into_iter().chain([("TRIAL_REMINDER_DAYS", "7, 3,0,7")]));
        assert_eq!(Config::read(&days).unwrap().reminder_days, [3, 7]);
    }

    #[test]
    fn config_errors_name_variables_without_values() {
        let bad = Env::new([
            ("OPERATOR_EMAILS", "ann@example.com;hunter2"),
            ("TRIAL_REMINDER_DAYS", "soon"),
            ("STRIPE_CHECKOUT_ORIGINS", "*"),
        ]);
        let errors = Config::read(&bad).unwrap_err();
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        assert_eq!(
            names,
            [
                "TABLE_NAME",
                "STRIPE_PUBLISHABLE_KEY",
                "OPERATOR_EMAILS",
                "TRIAL_REMINDER_DAYS",
                "STRIPE_SINGLE_USER_PRICE_ID",
                "STRIPE_TEAM_PRICE_ID",
                "STRIPE_CHECKOUT_ORIGINS"
            ]
        );
        assert!(!errors.to_string().contains("hunter2") && !errors.to_string().contains("ann@"), "{errors}");
    }
}
