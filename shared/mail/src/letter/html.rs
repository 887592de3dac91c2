use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Block, Letter, Link, Mark};

/// Colours are inline for the clients that drop style sheets; this one only turns them for a dark scheme, and widens
/// nothing: the layout is one column at every width.
const DARK: &str = "\
:root{color-scheme:light dark;supported-color-schemes:light dark}\
@media (prefers-color-scheme:dark){\
.page{background:#111418!important}\
.card{background:#1a1e24!important;border-color:#2c323a!important}\
.panel{background:#222831!important;border-color:#323a45!important}\
.words{color:#e8eaed!important}\
.quiet{color:#a0a7b1!important}\
.link{color:#9db2ff!important}\
}";

const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5;";
const WORDS: &str = "margin:0 0 16px;color:#1c1f23;";
const TITLE: &str = "margin:24px 0 8px;color:#1c1f23;font-weight:600;";
const QUIET: &str = "margin:0 0 16px;color:#5b6370;font-size:13px;";
const LINK: &str = "color:#2f4fd0;";
const PAGE: &str = "margin:0;padding:0;background:#f4f5f7;";
const CARD: &str =
    "width:100%;max-width:600px;background:#ffffff;border:1px solid #e3e6ea;border-radius:12px;";
const PANEL: &str =
    "margin:0 0 16px;padding:16px;background:#f4f6fe;border:1px solid #dde3fb;border-radius:10px;";
const BUTTON: &str = "display:inline-block;padding:12px 24px;background:#3b5bdb;border-radius:10px;color:#ffffff;\
                      font-weight:600;text-decoration:none;";

/// Sets a mail as HTML: 600 px, one column, no images, readable with and without its style sheet.
pub(super) fn set(letter: &Letter) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                // Names and dates are not to be made into links by the reader's device.
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no";
                title { (letter.subject) }
                style { (PreEscaped(DARK)) }
            }
            body class="page" style=(PAGE) {
                div style="display:none;max-height:0;overflow:hidden;mso-hide:all" { (letter.preheader) }
                table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style=(PAGE) {
                    tr { td align="center" style="padding:24px 12px" { (card(letter)) } }
                }
            }
        }
    }
}

fn card(letter: &Letter) -> Markup {
    html! {
        table class="card" role="presentation" width="600" cellpadding="0" cellspacing="0" style=(CARD) {
            tr {
                td style=(format!("padding:32px 24px;text-align:left;{FONT}")) {
                    p class="quiet" style=(QUIET) { (letter.product) }
                    h1 class="words" style="margin:0 0 24px;color:#1c1f23;font-size:26px;line-height:1.25" {
                        (letter.heading)
                    }
                    p class="words" style=(WORDS) { (letter.greeting) }
                    @for it in &letter.before { (block(it)) }
                    (button(&letter.button))
                    @for it in &letter.after { (block(it)) }
                    p class="words" style="margin:24px 0 0;color:#1c1f23" {
                        "Best regards," br; "The " (letter.product) " Team"
                    }
                }
            }
        }
        p class="quiet" style=(format!("max-width:600px;{FONT}{QUIET}margin:16px 0 0")) { (letter.reason) }
    }
}

fn block(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Paragraph(words) => p class="words" style=(WORDS) { (words) },
            Block::Panel { title, lines } => {
                div class="panel" style=(PANEL) {
                    p class="words" style="margin:0;color:#1c1f23;font-weight:600" { (title) }
                    @for line in lines { p class="words" style="margin:4px 0 0;color:#1c1f23" { (line) } }
                }
            }
            Block::List { title, mark, items } => {
                h2 class="words" style=(format!("{TITLE}font-size:16px")) { (title) }
                @match mark {
                    Mark::Number => ol class="words" style="margin:0 0 16px;padding-left:24px;color:#1c1f23" {
                        @for item in items { li style="margin:4px 0" { (item) } }
                    },
                    Mark::Bullet => ul class="words" style="margin:0 0 16px;padding-left:24px;color:#1c1f23" {
                        @for item in items { li style="margin:4px 0" { (item) } }
                    },
                    Mark::Check => ul class="words" style="margin:0 0 16px;padding:0;list-style:none;color:#1c1f23" {
                        @for (index, item) in items.iter().enumerate() {
                            li style="margin:4px 0" { (mark.before(index)) (item) }
                        }
                    },
                }
            }
            Block::Link(Link { label, url }) => {
                p class="words" style=(WORDS) { a class="link" href=(url) style=(LINK) { (label) " →" } }
            }
        }
    }
}

/// The button, and its link beneath as text for whoever cannot or will not click.
fn button(Link { label, url }: &Link) -> Markup {
    html! {
        p style="margin:24px 0 8px" { a class="button" href=(url) style=(BUTTON) { (label) } }
        p class="quiet" style=(format!("{QUIET}word-break:break-all")) {
            "Or copy this link: " a class="link" href=(url) style=(LINK) { (url) }
        }
    }
}
