//! What was found, and how to fix it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::terminal::Terminal;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// What the stage is given.
    Configuration,
    /// What Secrets Manager holds.
    Secrets,
    /// SES.
    Mail,
    /// Stripe.
    Stripe,
    /// DynamoDB.
    Table,
    /// EventBridge.
    Schedules,
    /// This machine's clock.
    Clock,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Good,
    /// It works, or could not be seen; a person should look.
    #[serde(rename = "doubt")]
    Warning,
    /// It does not work.
    #[serde(rename = "fault")]
    Error,
}

/// One thing that was looked at. No secret and no value of a bad parameter is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub area: Area,
    /// How it stands.
    #[serde(rename = "verdict")]
    pub severity: Severity,
    /// The parameter or the thing.
    pub subject: String,
    /// What was found.
    #[serde(rename = "said")]
    pub message: String,
    /// What to do about it.
    #[serde(rename = "mend", skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    pub fn good(area: Area, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { area, severity: Severity::Good, subject: subject.into(), message: message.into(), fix: None }
    }

    /// Something that a person should look at.
    pub fn warning(
        area: Area,
        subject: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let fix = Some(fix.into());
        Self { area, severity: Severity::Warning, subject: subject.into(), message: message.into(), fix }
    }

    /// Something that does not work.
    pub fn error(
        area: Area,
        subject: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Error, ..Self::warning(area, subject, message, fix) }
    }
}

impl Area {
    const fn title(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::Secrets => "Secrets",
            Self::Mail => "Mail",
            Self::Stripe => "Stripe",
            Self::Table => "Table",
            Self::Schedules => "Schedules",
            Self::Clock => "Clock",
        }
    }
}

impl Severity {
    /// A sign and a word, as wide as every other, and a colour for those who see one.
    const fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("✓ ok   ", "32"),
            Self::Warning => ("! check", "33"),
            Self::Error => ("✗ fix  ", "31"),
        }
    }
}

/// All findings of one examination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report(Vec<Finding>);

impl Report {
    /// Findings, by what they are about.
    pub fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.area);
        Self(findings)
    }

    /// The findings.
    pub fn findings(&self) -> &[Finding] {
        &self.0
    }

    /// Whether anything does not work.
    pub fn has_faults(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|finding| finding.severity == severity).count()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({ "healthy": !self.has_faults(), "findings": self.0 })
    }

    /// For people: a line for each finding, and one below it where there is something to do.
    pub fn lines(&self, terminal: Terminal) -> Vec<String> {
        let width = self.0.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or_default();
        let (mut lines, mut area) = (Vec::new(), None);
        for finding in &self.0 {
            if area.replace(finding.area) != Some(finding.area) {
                lines.extend([String::new(), format!("  {}", finding.area.title())]);
            }
            let (sign, colour) = finding.severity.look();
            let subject = format!("{:<width$}", finding.subject);
            lines.push(format!("  {}  {subject}  {}", terminal.paint(colour, sign), finding.message));
            let indent = 2 + sign.chars().count() + 2 + width + 2;
            lines.extend(finding.fix.iter().map(|fix| format!("{:indent$}→ {fix}", "")));
        }
        let counts = [(Severity::Good, "ok"), (Severity::Warning, "to check"), (Severity::Error, "to fix")];
        let counts = counts.map(|(severity, word)| format!("{} {word}", self.count(severity)));
        lines.extend([String::new(), format!("  {}", counts.join(" · "))]);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report::new(vec![
            Finding::error(Area::Stripe, "Webhook", "is disabled", "enable it"),
            Finding::good(Area::Configuration, "24 parameters", "are good"),
        ])
    }

    #[test]
    fn findings_stand_in_columns_with_signs_and_words() {
        let expected = "
  Configuration
  ✓ ok     24 parameters  are good

  Stripe
  ✗ fix   Webhook        is disabled
                          → enable it

  1 ok · 0 to check · 1 to fix";
        assert_eq!(report().lines(Terminal::plain()).join("\n"), expected);
    }

    #[test]
    fn programs_read_the_same() {
        let json = report().json();
        assert_eq!((&json["healthy"], &json["findings"][1]["verdict"]), (&json!(false), &json!("fault")));
        assert_eq!(json["findings"][0].get("mend"), None);
    }
}
