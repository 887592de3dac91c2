use boot::{Env, Faults};

/// The function's variables.
#[derive(Debug, PartialEq, Eq)]
pub struct Config {
    pub table: String,
    /// The product's name, as people read it.
    pub product: String,
}

impl Config {
    /// Reads them.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn read(env: &Env) -> Result<Self, Faults> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let product = vars.product_name();
        let config = (|| Some(Self { table: table?, product: product? }))();
        vars.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_must_be_named_and_the_product_may_be() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!(config, Config { table: "onramp".to_owned(), product: "TimeTracker".to_owned() });
        let faults = Config::read(&Env::default()).unwrap_err();
        assert_eq!(faults.0.iter().map(|fault| fault.name).collect::<Vec<_>>(), ["TABLE_NAME"]);
    }
}
