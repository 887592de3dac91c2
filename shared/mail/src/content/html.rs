//! HTML layout: 600 px wide, one column, inline styles, no images.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::email::{Block, EmailContent, Link, Mark};

/// Style sheet for dark mode and narrow screens.
///
/// All other styles are in `style` attributes of the elements, because some mail clients remove
/// style sheets.
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
.panel{background:#20203a!important;border-color:#3a3a63!important}\
.words{color:#e8eaed!important}\
.quiet{color:#a3abb6!important}\
.link{color:#b4b2ff!important}\
}";

/// Font of all texts. The style also allows line breaks within long names, because a name can be
/// wider than the screen of a phone.
const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Helvetica,Arial,sans-serif;\
                    overflow-wrap:anywhere;word-break:break-word;";
const WORDS: &str = "margin:0 0 16px;color:#1c1f23;font-size:16px;line-height:1.5;";
const ITEM: &str = "margin:0;padding:0 0 6px;";
const CHECKED: &str = "margin:0;padding:0 0 6px 25px;text-indent:-25px;";
const TITLE: &str = "margin:0 0 24px;color:#1c1f23;font-size:26px;line-height:1.25;font-weight:600;\
                     letter-spacing:-0.01em;";
const SUBTITLE: &str = "margin:28px 0 8px;color:#1c1f23;font-size:16px;line-height:1.5;font-weight:600;";
const BRAND: &str = "margin:0 0 20px;color:#5b6370;font-size:14px;line-height:1.5;font-weight:600;";
const QUIET: &str = "color:#5b6370;font-size:13px;line-height:1.5;";
const LINK: &str = "color:#4a47c4;text-decoration:underline;";
const PAGE: &str = "margin:0;padding:0;background:#f4f5f7;";
const CARD: &str = "width:100%;max-width:600px;background:#ffffff;border:1px solid #e3e6ea;border-radius:12px;\
                    border-collapse:separate;";
const PANEL: &str = "margin:0 0 16px;padding:16px 20px;background:#f1f1fd;border:1px solid #dcdcf7;\
                     border-radius:10px;";
/// Style of the table cell around the button's link. Outlook versions that render emails with Word
/// ignore the padding of a link, so the cell has a padding for these versions.
const BUTTON_CELL: &str =
    "background:#5451d1;border-radius:10px;text-align:center;mso-padding-alt:14px 28px;";
const BUTTON: &str = "display:inline-block;padding:14px 28px;border-radius:10px;background:#5451d1;color:#ffffff;\
                      font-size:16px;line-height:1.25;font-weight:600;text-decoration:none;mso-padding-alt:0;";
const HIDDEN: &str = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;\
                      mso-hide:all";

/// Invisible characters after the preview text. Without these characters, a mail client would show
/// the start of the email's body after a short preview text.
const FILLER: &str = "\u{2007}\u{34f}";

/// Renders an email as an HTML document that is readable with and without its style sheet.
pub(super) fn render(email: &EmailContent) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(email.words.language) dir="ltr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                // Prevents the device from turning names and dates into links.
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no";
                meta name="x-apple-disable-message-reformatting";
                title { (email.subject) }
                style { (PreEscaped(STYLE)) }
            }
            body class="page" style=(PAGE) {
                div style=(HIDDEN) { (email.preheader) (FILLER.repeat(60)) }
                table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style=(PAGE) {
                    tr { td class="sheet" align="center" style="padding:32px 16px" { (card(email)) (footer(email)) } }
                }
            }
        }
    }
}

fn card(email: &EmailContent) -> Markup {
    let frame = &email.words.frame;
    html! {
        table class="card" role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style=(CARD) {
            tr {
                td class="inside" align="left" style=(format!("padding:36px 40px;{FONT}")) {
                    p class="quiet" style=(BRAND) { (email.product) }
                    h1 class="words title" style=(TITLE) { (email.heading) }
                    p class="words" style=(WORDS) { (email.greeting) }
                    @for part in &email.before_button { (block(part)) }
                    (button(&email.button, frame.copy_link))
                    @for part in &email.after_button { (block(part)) }
                    p class="words" style=(format!("{WORDS}margin:28px 0 0;")) {
                        (frame.regards) br; ((frame.team)(&email.product))
                    }
                }
            }
        }
    }
}

/// Renders the reason for the email and the unsubscribe link.
fn footer(email: &EmailContent) -> Markup {
    html! {
        table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px" {
            tr {
                td class="foot" align="left" style=(format!("padding:20px 40px 0;{FONT}")) {
                    p class="quiet" style=(format!("margin:0;{QUIET}")) { (email.reason) }
                    @if let Some((meaning, Link { label, url })) = &email.unsubscribe {
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
                    // Safari presents a list without markers to screen readers as plain text. With
                    // the attribute `role`, Safari presents it as a list.
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

/// Renders the button and, below it, its URL as text to copy.
fn button(Link { label, url }: &Link, copy_link: &str) -> Markup {
    html! {
        table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:28px 0 12px" {
            tr { td bgcolor="#5451d1" style=(BUTTON_CELL) { a class="button" href=(url) style=(BUTTON) { (label) } } }
        }
        p class="quiet" style=(format!("margin:0 0 24px;{QUIET}")) {
            (copy_link) br; a class="link" href=(url) style=(format!("{LINK}word-break:break-all;")) { (url) }
        }
    }
}
