use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Block, EmailContent, Link, Mark};

/// Colours and sizes are inline for the clients that drop style sheets; this one turns the colours for a dark scheme,
/// and gives the card the whole of a narrow screen.
const STYLE: &str = "\
:root{color-scheme:light dark;supported-color-schemes:light dark}\
@media (max-width:480px){\
.sheet{padding:0!important}\
.card{border-width:0 0 1px!important;border-radius:0!important}\
.inside{padding:28px 20px!important}\
.foot{padding:20px!important}\
.title{font-size:24px!important}\
}\
@media (prefers-color-scheme:dark){\
.page{background:#111418!important}\
.card{background:#1a1e24!important;border-color:#2c323a!important}\
.panel{background:#222a3a!important;border-color:#34405c!important}\
.words{color:#e8eaed!important}\
.quiet{color:#a3abb6!important}\
.link{color:#9db2ff!important}\
}";

/// Names can be longer than a phone is wide.
const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;\
                    overflow-wrap:anywhere;word-break:break-word;";
const WORDS: &str = "margin:0 0 16px;color:#1c1f23;font-size:16px;line-height:1.5;";
const ITEM: &str = "margin:0;padding:0 0 6px;";
const CHECKED: &str = "margin:0;padding:0 0 6px 25px;text-indent:-25px;";
const TITLE: &str = "margin:0 0 24px;color:#1c1f23;font-size:26px;line-height:1.25;font-weight:600;\
                     letter-spacing:-0.01em;";
const SUBTITLE: &str = "margin:28px 0 8px;color:#1c1f23;font-size:16px;line-height:1.5;font-weight:600;";
const BRAND: &str = "margin:0 0 20px;color:#5b6370;font-size:14px;line-height:1.5;font-weight:600;";
const QUIET: &str = "color:#5b6370;font-size:13px;line-height:1.5;";
const LINK: &str = "color:#2f4fd0;text-decoration:underline;";
const PAGE: &str = "margin:0;padding:0;background:#f4f5f7;";
const CARD: &str = "width:100%;max-width:600px;background:#ffffff;border:1px solid #e3e6ea;border-radius:12px;\
                    border-collapse:separate;";
const PANEL: &str = "margin:0 0 16px;padding:16px 20px;background:#f2f5fe;border:1px solid #d9e1fb;\
                     border-radius:10px;";
/// Word, which draws mails in some versions of Outlook, knows no padding of links: it pads the cell instead.
const BUTTON_CELL: &str =
    "background:#3b5bdb;border-radius:10px;text-align:center;mso-padding-alt:14px 28px;";
const BUTTON: &str = "display:inline-block;padding:14px 28px;border-radius:10px;background:#3b5bdb;color:#ffffff;\
                      font-size:16px;line-height:1.25;font-weight:600;text-decoration:none;mso-padding-alt:0;";
const HIDDEN: &str = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;\
                      mso-hide:all";

/// Blanks that nobody sees, so that a short preview is not filled up with the beginning of the mail.
const FILLER: &str = "\u{2007}\u{34f}";

/// Sets a mail as HTML: 600 px, one column, no images, readable with and without its style sheet.
pub(super) fn set(letter: &EmailContent) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(letter.words.language) dir="ltr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                // Names and dates are not to be made into links by the reader's device.
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no";
                meta name="x-apple-disable-message-reformatting";
                title { (letter.subject) }
                style { (PreEscaped(STYLE)) }
            }
            body class="page" style=(PAGE) {
                div style=(HIDDEN) { (letter.preheader) (FILLER.repeat(60)) }
                table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style=(PAGE) {
                    tr { td class="sheet" align="center" style="padding:32px 16px" { (card(letter)) (foot(letter)) } }
                }
            }
        }
    }
}

fn card(letter: &EmailContent) -> Markup {
    let frame = &letter.words.frame;
    html! {
        table class="card" role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style=(CARD) {
            tr {
                td class="inside" align="left" style=(format!("padding:36px 40px;{FONT}")) {
                    p class="quiet" style=(BRAND) { (letter.product) }
                    h1 class="words title" style=(TITLE) { (letter.heading) }
                    p class="words" style=(WORDS) { (letter.greeting) }
                    @for it in &letter.before { (block(it)) }
                    (button(&letter.button, frame.copy_link))
                    @for it in &letter.after { (block(it)) }
                    p class="words" style=(format!("{WORDS}margin:28px 0 0;")) {
                        (frame.regards) br; ((frame.team)(&letter.product))
                    }
                }
            }
        }
    }
}

/// Why the reader gets the mail, and how to get no more of its kind.
fn foot(letter: &EmailContent) -> Markup {
    html! {
        table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px" {
            tr {
                td class="foot" align="left" style=(format!("padding:20px 40px 0;{FONT}")) {
                    p class="quiet" style=(format!("margin:0;{QUIET}")) { (letter.reason) }
                    @if let Some((meaning, Link { label, url })) = &letter.unsubscribe {
                        p class="quiet" style=(format!("margin:8px 0 0;{QUIET}")) {
                            (meaning) " " a class="link" href=(url) style=(LINK) { (label) }
                        }
                    }
                }
            }
        }
    }
}

fn block(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Paragraph(words) => p class="words" style=(WORDS) { (words) },
            Block::Panel { title, lines } => {
                div class="panel" style=(PANEL) {
                    p class="words" style=(format!("{WORDS}margin:0;font-weight:600;")) { (title) }
                    @for line in lines { p class="words" style=(format!("{WORDS}margin:4px 0 0;")) { (line) } }
                }
            }
            Block::List { title, mark, items } => {
                h2 class="words" style=(SUBTITLE) { (title) }
                @match mark {
                    Mark::Number => ol class="words" style=(format!("{WORDS}padding:0 0 0 24px;")) {
                        @for item in items { li style=(ITEM) { (item) } }
                    },
                    Mark::Bullet => ul class="words" style=(format!("{WORDS}padding:0 0 0 24px;")) {
                        @for item in items { li style=(ITEM) { (item) } }
                    },
                    // The role keeps it a list for those who hear it: Safari takes lists without marks for none.
                    Mark::Check => ul class="words" role="list" style=(format!("{WORDS}padding:0;list-style:none;")) {
                        @for (index, item) in items.iter().enumerate() { li style=(CHECKED) { (mark.before(index)) (item) } }
                    },
                }
            }
            Block::Link(Link { label, url }) => {
                p class="words" style=(WORDS) { a class="link" href=(url) style=(LINK) { (label) } " →" }
            }
        }
    }
}

/// The button, and its link beneath as text for whoever cannot or will not click.
fn button(Link { label, url }: &Link, copy_link: &str) -> Markup {
    html! {
        table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:28px 0 12px" {
            tr { td bgcolor="#3b5bdb" style=(BUTTON_CELL) { a class="button" href=(url) style=(BUTTON) { (label) } } }
        }
        p class="quiet" style=(format!("margin:0 0 24px;{QUIET}")) {
            (copy_link) br; a class="link" href=(url) style=(format!("{LINK}word-break:break-all;")) { (url) }
        }
    }
}
