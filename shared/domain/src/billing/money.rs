//! Amounts of money as Stripe reports them, and the length of a billing period.

use std::fmt;

/// Maximum amount, in the currency's smallest unit. Stripe's amounts have at most twelve digits.
pub const MAX_AMOUNT: u64 = 999_999_999_999;

/// A currency: three letters, as in ISO 4217, in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The euro, `eur` at Stripe.
    pub const EUR: Self = Self(*b"eur");

    /// Parses a currency code of three ASCII letters, such as `eur`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_alphabetic).then(|| Self(code.map(|letter| letter.to_ascii_lowercase())))
    }

    /// Returns the code in lower case, as Stripe writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the number of decimals of an amount (Stripe's page "Supported currencies").
    ///
    /// Stripe writes the amounts of ISK and UGX with two decimals, although these currencies have
    /// none.
    const fn decimals(self) -> usize {
        match &self.0 {
            b"bif" | b"clp" | b"djf" | b"gnf" | b"jpy" | b"kmf" | b"krw" | b"mga" | b"pyg" | b"rwf"
            | b"vnd" | b"vuv" | b"xaf" | b"xof" | b"xpf" => 0,
            b"bhd" | b"jod" | b"kwd" | b"omr" | b"tnd" => 3,
            _ => 2,
        }
    }

    const fn symbol(self) -> Option<&'static str> {
        match &self.0 {
            b"usd" => Some("$"),
            b"eur" => Some("€"),
            b"gbp" => Some("£"),
            b"jpy" => Some("¥"),
            _ => None,
        }
    }
}

/// An amount of money. `Display` writes it with the decimals of its currency, such as `€29.00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money {
    /// Amount in the currency's smallest unit, from 0 to [`MAX_AMOUNT`].
    pub amount: u64,
    /// Currency of the amount.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { amount, currency } = self;
        let decimals = currency.decimals();
        let digits = format!("{amount:0>width$}", width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let point = if decimals == 0 { "" } else { "." };
        match currency.symbol() {
            Some(symbol) => write!(f, "{symbol}{whole}{point}{fraction}"),
            None => write!(f, "{whole}{point}{fraction} {}", currency.as_str().to_ascii_uppercase()),
        }
    }
}

/// Length of a billing period.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interval {
    Day,
    Week,
    Month,
    Year,
}

impl Interval {
    /// Returns the value that Stripe uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// Parses the value that Stripe uses.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Day, Self::Week, Self::Month, Self::Year].into_iter().find(|it| it.as_str() == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amount_has_the_decimals_of_its_currency() {
        for (amount, currency, text) in [
            (2900, "eur", "€29.00"),
            (5, "usd", "$0.05"),
            (0, "gbp", "£0.00"),
            (2900, "jpy", "¥2900"),
            (0, "krw", "0 KRW"),
            (12_345, "kwd", "12.345 KWD"),
            (7, "tnd", "0.007 TND"),
            (500, "isk", "5.00 ISK"),
            (500, "ugx", "5.00 UGX"),
            (MAX_AMOUNT, "CHF", "9999999999.99 CHF"),
        ] {
            let currency = Currency::parse(currency).unwrap();
            assert_eq!(Money { amount, currency }.to_string(), text);
        }
        for text in ["", "eu", "euro", "e1r", "€"] {
            assert_eq!(Currency::parse(text), None, "{text}");
        }
    }
}
