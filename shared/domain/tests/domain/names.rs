//! Real-world names and addresses, and inputs that attackers would try.

use domain::people::{Address, AddressError, Name, NameError};
use proptest::prelude::*;

#[test]
fn real_world_names_are_accepted() {
    for (typed, expected) in [
        ("Acme Corp", "Acme Corp"),
        ("  Acme \u{a0} Corp ", "Acme Corp"),
        ("株式会社\u{3000}タイムトラッカー", "株式会社 タイムトラッカー"),
        ("Cafe\u{301} 42 & So\u{308}hne", "Café 42 & Söhne"),
    ] {
        assert_eq!(Name::parse(typed).as_ref().map(Name::as_str), Ok(expected), "{typed}");
    }
    for name in [
        "Łódź Sp. z o.o.",
        "O'Brien–Müller",
        "O’Brien & Søn A/S",
        "Ñandú",
        "Þórður Guðmundsson",
        "Nguyễn Thị Phương",
        "Đorđević d.o.o.",
        "Çelik İnşaat",
        "Ngũgĩ wa Thiong'o",
        "ꞌOkina Hawaiʻi",
        "АО «Время»",
        "ТОВ «Київ їжа»",
        "Ελληνική Εταιρεία ΑΕ",
        "Երևան ՍՊԸ",
        "შპს თბილისი",
        "שרד עו״ד כהן",
        "משרד עו״ד כהן Ltd",
        "شركة النجاح",
        "شرکت پیشگامان Co.",
        "हिन्दी प्राइवेट लिमिटेड",
        "क्ष्म्य",
        "தமிழ் Pvt Ltd",
        "ไทยน้ำทิพย์",
        "ပြည်သူ့ဘဏ်",
        "የኢትዮጵያ አየር መንገድ",
        "株式会社アクメ Tokyo",
        "東京 ラーメン Bar 24",
        "삼성전자 Samsung 三星",
        "臺灣ㄅㄆㄇ Cafe",
        "중앙일보",
        "ᏣᎳᎩ",
        "evil.com",
        "10 µm Labs",
        "24/7",
        "🚀 42",
        "I ❤\u{fe0f} Paris",
        "L·Auberge",
        "МТС Digital",
        "Acme ООО",
        "한국 абв",
        "KB國民은행",
        "Tシャツ屋",
        "KTVㄅ台",
        // Four marks on one letter.
        "\u{5e9}\u{5b8}\u{5bc}\u{5c1}\u{594}לום",
    ] {
        assert_eq!(Name::parse(name).as_ref().map(Name::as_str), Ok(name));
    }
}

#[test]
fn invalid_name_reports_the_reason() {
    for (typed, error) in [
        ("", NameError::Empty),
        (" \u{a0}\u{3000} ", NameError::Empty),
        ("a\r\nBcc: b@c.de", NameError::Invisible),
        ("Acme\u{2028}Corp", NameError::Invisible),
        ("Acme\u{0}", NameError::Invisible),
        ("Ac\u{85}me", NameError::Invisible),
        ("Acme\u{202e}proC", NameError::Invisible),
        ("\u{2067}Acme\u{2069}", NameError::Invisible),
        ("Ac\u{200b}me", NameError::Invisible),
        ("Ac\u{200d}me", NameError::Invisible),
        ("Ac\u{feff}me", NameError::Invisible),
        ("Ac\u{ad}me", NameError::Invisible),
        ("Acme\u{fe0f}", NameError::Invisible),
        ("Acme\u{e0041}", NameError::Invisible),
        ("\u{3164}", NameError::Invisible),
        ("\u{2800}", NameError::Invisible),
        ("Acme\u{e000}", NameError::Invisible),
        ("Acme\u{378}", NameError::Invisible),
        ("\u{301}Acme", NameError::Marks),
        ("Acme \u{301}Corp", NameError::Marks),
        ("Z\u{335}\u{321}\u{327}\u{322}\u{328}algo", NameError::Marks),
        ("Zq\u{323}\u{323}", NameError::Marks),
        ("Аcme", NameError::MixedScripts),
        ("p\u{430}ypal", NameError::MixedScripts),
        ("Tіmetracker", NameError::MixedScripts),
        ("МТС-Digital", NameError::MixedScripts),
        ("Acme Αcme", NameError::MixedScripts),
        ("Αcme", NameError::MixedScripts),
        ("Αпple", NameError::MixedScripts),
        ("\u{501}ropbox", NameError::MixedScripts),
        ("אבגabcअआ", NameError::MixedScripts),
        ("한국абв", NameError::MixedScripts),
        // A Cherokee letter that looks like a Latin letter. Unicode does not recommend the Cherokee
        // script for identifiers.
        ("\u{13aa}cme", NameError::MixedScripts),
    ] {
        assert_eq!(Name::parse(typed), Err(error), "{typed:?}");
    }
}

#[test]
fn joiner_is_accepted_where_the_text_needs_it() {
    for name in [
        "شرکت نرم\u{200c}افزار",
        "می\u{200c}خواهم",
        "سهمِ\u{200c}شما",
        "നന്\u{200d}മ",
        "മോഹന്\u{200d} Ltd",
        "മോഹന്\u{200d}",
        "ශ්\u{200d}රී ලංකා",
        "गर्\u{200d}यो",
        "क्\u{200c}ष",
        "ರ್\u{200d}ಯಾಂಕ್",
        "👨\u{200d}👩\u{200d}👧 Family",
        "🏳\u{fe0f}\u{200d}🌈",
        "👩🏽\u{200d}🚀",
        "⛹🏿\u{200d}♂\u{fe0f}",
        "Love ❤\u{fe0f}\u{200d}🔥",
    ] {
        assert_eq!(Name::parse(name).as_ref().map(Name::as_str), Ok(name), "{name:?}");
    }
}

#[test]
fn joiner_is_rejected_where_the_text_does_not_need_it() {
    for name in [
        "a\u{200c}b",
        "a\u{200d}b",
        "\u{200c}نرم",
        "نرم\u{200c}",
        "نرم\u{200c} افزار",
        "نرم\u{200c}\u{200c}افزار",
        "نرم\u{200c}a",
        "نرم\u{200d}افزار",
        "داد\u{200c}نرم",
        "\u{200d}മോഹന്",
        "ന\u{200d}മ",
        "നന്\u{200d}\u{200d}മ",
        "മ \u{200d}ന",
        "👨\u{200c}👩",
        "👨\u{200d}",
        "\u{200d}👩",
        "a\u{200d}👩",
        "👨\u{200d}a",
        "👨\u{200d} 👩",
        "👨\u{200d}\u{200d}👩",
        "👨🏽🏽\u{200d}👩",
        "1\u{200d}2",
        "#\u{200d}👩",
        "🇩\u{200d}🇪",
        "o\u{200d}\u{308}",
    ] {
        assert_eq!(Name::parse(name), Err(NameError::Invisible), "{name:?}");
    }
    // A joiner does not hide a repeated mark or a fifth mark.
    for name in ["ന്\u{200d}്", "क\u{93f}\u{941}\u{947}\u{94d}\u{200d}\u{93e}"] {
        assert_eq!(Name::parse(name), Err(NameError::Marks), "{name:?}");
    }
}

#[test]
fn name_length_is_limited_in_graphemes_and_bytes() {
    for (typed, fits) in [
        ("ä".repeat(80), true),
        ("a\u{323}\u{302}".repeat(80), true),
        ("ä".repeat(81), false),
        ("字".repeat(80), true),
        ("क्ष".repeat(80), true),
        ("🏳".repeat(80), true),
        (format!("a{}", "\u{301}".repeat(4000)), false),
        (format!("a{}", "\u{301}\u{302}".repeat(500)).repeat(80), false),
        (format!("{}abcde", "👨\u{200d}👩\u{200d}👧\u{200d}👦".repeat(51)), true),
        (format!("{}abcdef", "👨\u{200d}👩\u{200d}👧\u{200d}👦".repeat(51)), false),
        // Repeated spaces count only before they are removed, where the limit is 5120 bytes.
        (format!("a{}b", " ".repeat(5118)), true),
        (format!("a{}b", " ".repeat(5119)), false),
        (format!("a{}b", " ".repeat(6000)), false),
    ] {
        assert_eq!(Name::parse(&typed).is_ok(), fits, "{}", typed.len());
    }
}

#[test]
fn address_has_one_canonical_spelling() {
    for (typed, expected) in [
        ("  Jo.Doe+trial@Example.COM ", "jo.doe+trial@example.com"),
        ("o'brien@example.co.uk", "o'brien@example.co.uk"),
        ("jo@Bücher.example", "jo@xn--bcher-kva.example"),
        ("jo@bu\u{308}cher.example", "jo@xn--bcher-kva.example"),
        ("jo@XN--BCHER-KVA.example", "jo@xn--bcher-kva.example"),
        ("jo@exa\u{200b}mple.com", "jo@example.com"),
        ("jo@例え。テスト", "jo@xn--r8jz45g.xn--zckzah"),
        ("jo@ｅｘａｍｐｌｅ．ｃｏｍ", "jo@example.com"),
        ("jo@4.example", "jo@4.example"),
    ] {
        assert_eq!(Address::parse(typed).unwrap().as_str(), expected, "{typed}");
    }
}

#[test]
fn text_that_is_not_one_plain_address_is_rejected() {
    let long = format!("jo@{}.example", ["a".repeat(60).as_str(); 4].join("."));
    assert!(long.len() == 254 && Address::parse(&long).is_ok());
    let too_long = format!("joe@{}.example", ["a".repeat(60).as_str(); 4].join("."));
    for typed in [
        "",
        "jo",
        "jo@",
        "@example.com",
        "jo@localhost",
        "jo@@example.com",
        "jo@example..com",
        "jo@example.com.",
        "jo@-example.com",
        "jo@[127.0.0.1]",
        "Jo <jo@example.com>",
        "<jo@example.com>",
        "mailto:jo@example.com",
        "\"jo doe\"@example.com",
        "\"jo\"@example.com",
        "jo@example.com,mo@example.com",
        "jo@example.com;mo@example.com",
        "jo@example.com mo@example.com",
        "jo@example.com\r\nBcc: mo@example.com",
        "jo\n@example.com",
        "jo doe@example.com",
        "jö@example.com",
        "jo@exa\u{202e}mple.com",
        "jo@xn--.example",
        "jo(comment)@example.com",
        "jo@exa＠mple.com",
        &format!("{}@example.com", "a".repeat(65)),
        &too_long,
    ] {
        assert!(Address::parse(typed).is_err(), "{typed:?}");
    }
    let quoted = Address::parse("\"jo doe\"@example.com").unwrap_err().to_string();
    assert!(quoted.contains("quotation marks"), "{quoted}");
}

#[test]
fn address_is_limited_in_bytes_before_its_conversion() {
    let typed = |zero_width: usize| format!("jo@exa{}mple.com", "\u{200b}".repeat(zero_width));
    let full_width = format!("j@{}.example", ["ａ".repeat(60).as_str(); 4].join("."));
    for (typed, bytes, fits) in [
        (typed(334), 1016, true),
        (typed(334) + "m", 1017, false),
        (typed(500), 1514, false),
        (full_width, 733, true),
    ] {
        assert_eq!((typed.len(), Address::parse(&typed).is_ok()), (bytes, fits));
    }
}

#[test]
fn new_address_has_a_dot_atom_and_a_host_name() {
    for typed in [
        ".jo@example.com",
        "jo.@example.com",
        "jo..doe@example.com",
        ".@example.com",
        "jo@1.2.3.4",
        "jo@１.2.3.4",
        "jo@example.123",
        "jo@1.2.3.0x4",
    ] {
        assert_eq!(Address::parse(typed), Err(AddressError::Invalid), "{typed}");
        // Users who signed up before this rule can still sign in.
        assert!(Address::parse_existing(typed).is_ok(), "{typed}");
    }
    for parse in [Address::parse, Address::parse_existing] {
        assert_eq!(parse("jo@[1.2.3.4]"), Err(AddressError::Invalid));
        assert_eq!(parse(" jo＠example.com"), Err(AddressError::FullWidthAt));
    }
}

#[test]
fn addresses_of_one_mailbox_have_the_same_hash() {
    let mailbox = |text: &str| Address::parse(text).unwrap().mailbox_hash();
    for (one, other, same) in [
        ("jo@example.com", "JO@Example.com", true),
        ("jo@example.com", "jo+1@example.com", true),
        ("jo@example.com", "jo+@example.com", true),
        ("jo+a@example.com", "jo+b+c@example.com", true),
        ("j.o@gmail.com", "jo@googlemail.com", true),
        ("jo.doe+x@googlemail.com", "j.odoe@gmail.com", true),
        ("j.o@example.com", "jo@example.com", false),
        ("jo@example.com", "jo@example.org", false),
        ("jo@gmail.com", "jo@mail.gmail.com", false),
        ("jo-1@example.com", "jo@example.com", false),
        ("+1@example.com", "+2@example.com", false),
    ] {
        assert_eq!(mailbox(one) == mailbox(other), same, "{one} {other}");
    }
}

#[test]
fn greeting_uses_the_first_word_of_a_latin_name() {
    for (name, given) in [
        ("Jo Anne Doe", "Jo"),
        ("José Núñez", "José"),
        ("Jo", "Jo"),
        ("Dr. Jo Doe", "Dr. Jo Doe"),
        ("J. Doe", "J. Doe"),
        ("山田 太郎", "山田 太郎"),
        ("Пётр Иванов", "Пётр Иванов"),
    ] {
        assert_eq!(Name::parse(name).unwrap().given(), given);
    }
}

proptest! {
    #[test]
    fn parsed_name_parses_to_itself(text in any::<String>()) {
        if let Ok(name) = Name::parse(&text) {
            prop_assert_eq!(Name::parse(name.as_str()), Ok(name.clone()));
            prop_assert!(name.as_str().chars().count() >= 1 && name.as_str().len() <= Name::MAX_GRAPHEMES * 16);
            prop_assert!(!name.as_str().chars().any(char::is_control));
            prop_assert_eq!(name.as_str().trim(), name.as_str());
        }
    }

    #[test]
    fn latin_name_with_one_confusable_letter_is_rejected(
        before in "[a-zA-Z]{1,9}",
        letter in "[а-яА-Яα-ωΑ-ΡΣ-Ω]",
        after in "[a-zA-Z ]{0,9}",
    ) {
        prop_assert_eq!(Name::parse(&format!("{before}{letter}{after}")), Err(NameError::MixedScripts));
    }

    #[test]
    fn name_with_joiners_parses_to_itself_or_is_rejected(text in "[ab نرافن്മ්ශर्य👨👩♂❤🏽1 \u{fe0f}\u{200c}\u{200d}]{0,12}") {
        if let Ok(name) = Name::parse(&text) {
            prop_assert_eq!(Name::parse(name.as_str()), Ok(name.clone()));
            for word in name.as_str().split(' ') {
                prop_assert!(!word.starts_with(['\u{200c}', '\u{200d}']), "{:?}", word);
            }
        }
    }

    #[test]
    fn name_with_an_invisible_character_is_rejected(
        before in "[a-zA-Zа-я字]{1,9}",
        hidden in "[\\p{Cf}\\p{Cc}\\p{Zl}\\p{Zp}\\p{Co}]",
        after in "[a-z]{1,9}",
    ) {
        let typed = format!("{before}{hidden}{after}");
        prop_assert!(Name::parse(&typed).is_err());
    }

    #[test]
    fn parsed_address_parses_to_itself(text in "\\PC{0,20}@\\PC{0,20}|[a-z.+\"]{1,9}@[a-zäß字.-]{1,20}") {
        if let Ok(address) = Address::parse(&text) {
            prop_assert_eq!(Address::parse(address.as_str()), Ok(address.clone()));
            prop_assert_eq!(Address::parse_existing(&text), Ok(address.clone()));
            let text = address.as_str();
            prop_assert!(text.is_ascii() && text.len() <= 254 && text.matches('@').count() == 1);
            prop_assert!(!text.bytes().any(|byte| byte.is_ascii_control() || byte.is_ascii_uppercase() || b" \"<>,;".contains(&byte)));
        }
    }
}
