use boot::{ConfigErrors, Env};

/// What the function is told by its variables.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) bus: String,
}

impl Config {
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let bus = vars.read("EVENT_BUS_NAME", Some("default"), "the name of an event bus", |name| {
            // EventBridge API reference, "PutEventsRequestEntry": a name or an ARN.
            let good = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_:".contains(&byte);
            (name.len() <= 1600 && name.bytes().all(good)).then(|| name.to_owned())
        });
        vars.finish(bus.map(|bus| Self { bus }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_bus_unless_another_is_named() {
        assert_eq!(Config::read(&Env::default()), Ok(Config { bus: "default".to_owned() }));
        let named = Config::read(&Env::new([("EVENT_BUS_NAME", "acme-bus")]));
        assert_eq!(named, Ok(Config { bus: "acme-bus".to_owned() }));
        let faults = Config::read(&Env::new([("EVENT_BUS_NAME", "acme bus")])).unwrap_err();
        assert_eq!(faults.0.len(), 1);
    }
}
