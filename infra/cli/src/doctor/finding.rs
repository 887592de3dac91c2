//! Findings of the doctor, and the report that prints them as text or JSON.

use serde::Serialize;
use serde_json::{Value, json};

use crate::terminal::Terminal;

/// The part of the stage that a finding belongs to. Reports list findings in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// Template parameters and function variables.
    Configuration,
    /// Secrets in Secrets Manager.
    Secrets,
    /// Email: SES and the DNS records of the sender.
    Mail,
    /// Webhooks and prices at Stripe.
    Stripe,
    /// Keys, indexes, and protection of the DynamoDB table.
    Table,
    /// Scheduled rules of EventBridge.
    Schedules,
    /// Clock of the local machine.
    Clock,
}

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The checked item is correct.
    Good,
    /// The item works but needs attention, or it could not be read.
    #[serde(rename = "doubt")]
    Warning,
    /// The item does not work.
    #[serde(rename = "fault")]
    Error,
}

/// Result of one check. It never contains a secret or the value of an invalid parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The part of the stage that was checked.
    pub area: Area,
    /// Severity; `verdict` in JSON.
    #[serde(rename = "verdict")]
    pub severity: Severity,
    /// Name of the parameter or resource.
    pub subject: String,
    /// What was found; a phrase that completes the sentence "subject …". `said` in JSON.
    #[serde(rename = "said")]
    pub message: String,
    /// What to do, starting with a verb; `None` for good findings.
    #[serde(rename = "mend", skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Finding {
    /// Creates a finding for a correct item.
    pub fn good(area: Area, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { area, severity: Severity::Good, subject: subject.into(), message: message.into(), fix: None }
    }

    /// Creates a finding for an item that needs attention.
    pub fn warning(
        area: Area,
        subject: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let fix = Some(fix.into());
        Self { area, severity: Severity::Warning, subject: subject.into(), message: message.into(), fix }
    }

    /// Creates a finding for an item that does not work.
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
            Self::Mail => "Email",
            Self::Stripe => "Stripe",
            Self::Table => "Table",
            Self::Schedules => "Schedules",
            Self::Clock => "Clock",
        }
    }
}

impl Severity {
    /// Returns a label of fixed width and an ANSI color code. The label is readable without the
    /// color.
    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("✓ ok   ", "32"),
            Self::Warning => ("! check", "33"),
            Self::Error => ("✗ fix  ", "31"),
        }
    }
}

/// All findings of one run, sorted by area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report(Vec<Finding>);

impl Report {
    /// Sorts the findings by area; findings of one area keep their order.
    pub fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.area);
        Self(findings)
    }

    /// Returns the findings, sorted by area.
    pub fn findings(&self) -> &[Finding] {
        &self.0
    }

    /// Returns whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Returns the report as JSON, for programs.
    pub fn json(&self) -> Value {
        json!({ "healthy": !self.has_errors(), "findings": self.0 })
    }

    /// Returns the report as text: one line per finding, with the fix on the next line.
    pub fn lines(&self, terminal: Terminal) -> Vec<String> {
        let width = self.0.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or_default();
        let (mut lines, mut area) = (Vec::new(), None);
        for finding in &self.0 {
            if area.replace(finding.area) != Some(finding.area) {
                lines.extend([String::new(), format!("  {}", finding.area.title())]);
            }
            let (label, color) = finding.severity.label();
            let subject = format!("{:<width$}", finding.subject);
            lines.push(format!("  {}  {subject}  {}", terminal.paint(color, label), finding.message));
            let indent = 2 + label.chars().count() + 2 + width + 2;
            lines.extend(finding.fix.iter().map(|fix| format!("{:indent$}→ {fix}", "")));
        }
        let counts = [(Severity::Good, "ok"), (Severity::Warning, "to check"), (Severity::Error, "to fix")];
        let counts = counts.map(|(severity, label)| format!("{} {label}", self.count(severity)));
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
    fn lines_align_findings_in_columns() {
        let expected = "
  Configuration
  ✓ ok     24 parameters  are good

  Stripe
  ✗ fix    Webhook        is disabled
                          → enable it

  1 ok · 0 to check · 1 to fix";
        assert_eq!(report().lines(Terminal::plain()).join("\n"), expected);
    }

    #[test]
    fn json_keeps_its_published_names() {
        let json = report().json();
        assert_eq!((&json["healthy"], &json["findings"][1]["verdict"]), (&json!(false), &json!("fault")));
        assert_eq!(json["findings"][0].get("mend"), None);
    }
}
