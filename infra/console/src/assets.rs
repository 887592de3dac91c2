//! Static files of the console, compiled into the program.

/// A static file under `/_local/assets/`.
#[derive(Debug)]
pub(super) struct Asset {
    name: &'static str,
    pub(super) content_type: &'static str,
    pub(super) text: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const ICON: &str = "image/svg+xml";

macro_rules! asset {
    ($name:literal, $content_type:expr) => {
        Asset { name: $name, content_type: $content_type, text: include_str!(concat!("assets/", $name)) }
    };
}

const ASSETS: [Asset; 12] = [
    asset!("console.css", CSS),
    asset!("panels.css", CSS),
    asset!("gallery.css", CSS),
    asset!("icon.svg", ICON),
    asset!("main.js", SCRIPT),
    asset!("wire.js", SCRIPT),
    asset!("dom.js", SCRIPT),
    asset!("clock.js", SCRIPT),
    asset!("world.js", SCRIPT),
    asset!("mail.js", SCRIPT),
    asset!("log.js", SCRIPT),
    asset!("faults.js", SCRIPT),
];

/// Returns the file with this name.
pub(super) fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}
