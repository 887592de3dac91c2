//! Tests which templates the parser accepts and which ones it rejects.

use std::collections::BTreeMap;

use aws_local::template::Template;

use e2e::bench::TEMPLATE;

fn parse(text: &str, settings: &[(&str, &str)]) -> Result<Template, String> {
    let settings: BTreeMap<_, _> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Template::parse(text, &settings).map_err(|faults| faults.to_string())
}

fn greeting(settings: &[(&str, &str)]) -> String {
    parse(TEMPLATE, settings).unwrap().functions["worker"].variables["GREETING"].clone()
}

#[test]
fn parameters_conditions_and_settings_set_variables() {
    assert_eq!(greeting(&[]), "hello");
    assert_eq!(greeting(&[("Greeting", "hi")]), "hi");
    assert_eq!(greeting(&[("Loud", "true")]), "hello!");
    assert_eq!(greeting(&[("GREETING", "own")]), "own");
    assert!(parse(TEMPLATE, &[("Nothing", "x")]).unwrap_err().contains("Nothing"));
    assert!(parse(TEMPLATE, &[("Loud", "perhaps")]).unwrap_err().contains("Loud"));
}

#[test]
fn all_sections_are_parsed() {
    let template = parse(TEMPLATE, &[]).unwrap();
    let worker = &template.functions["worker"];
    assert_eq!((worker.timeout.as_secs(), worker.retries), (2, 1));
    assert_eq!(worker.variables["TABLE_NAME"], "onramp-items");
    assert_eq!(template.routes.len(), 2);
    assert_eq!((template.rules.len(), template.schedules.len(), template.streams.len()), (2, 1, 1));
    let stream = &template.streams[0];
    assert_eq!((stream.table.as_str(), stream.batch, stream.retries), ("onramp-items", 10, Some(2)));
    assert_eq!(template.tables[0].ttl.as_deref(), Some("expires_at"));
    assert_eq!(template.tables[0].indexes[0].sort.as_ref().unwrap().attribute, "due_at");
}

#[test]
fn unsupported_property_is_reported() {
    for (from, to, name) in [
        ("!Ref Greeting]", "!Base64 Greeting]", "Base64"),
        ("!Ref Greeting]", "!Ref Unknown]", "Unknown"),
        ("[IsLoud,", "[IsQuiet,", "IsQuiet"),
        ("AWS::DynamoDB::Table", "AWS::RDS::DBInstance", "AWS::RDS::DBInstance"),
        ("Type: Schedule,", "Type: S3,", "S3"),
        ("Schedule: rate(5 minutes)", "Schedule: cron(0 12 * * ? *)", "cron"),
        ("BatchSize: 10", "BatchWindow: 10", "BatchWindow"),
        (r#"["KEEP"]"#, r#"[{"wildcard":"K*"}]"#, "wildcard"),
        ("StringEquals:", "NumericEquals:", "NumericEquals"),
        ("!GetAtt Table.StreamArn", "!GetAtt Table.Colour", "Colour"),
        ("Timeout: 2", "Timeout: soon", "Timeout"),
        // Misspelled names, one for each kind of object.
        ("Transform:", "Transfrom:", "Transfrom"),
        ("Default: hello", "Defualt: hello", "Defualt"),
        ("    Timeout: 2", "    TimeOut: 2", "TimeOut"),
        ("CodeUri: functions/worker", "CodeUri: functions/worker\n      MemorySiz: 1", "MemorySiz"),
        ("EventInvokeConfig: {Maximum", "EventInvokeConfig: {Maxmum", "MaxmumRetryAttempts"),
        ("Sid: Items", "Sidd: Items", "Sidd"),
        ("Method: POST", "Methods: POST", "Methods"),
        ("Pattern: {source: [test]", "Patern: {source: [test]", "Patern"),
        ("Schedule: rate", "Schedul: rate", "Schedul"),
        ("Filters:", "Filter:", "Filter"),
        ("Projection:", "Projections:", "Projections"),
        ("StreamViewType", "StreamView", "StreamView"),
        (
            "Type: AWS::DynamoDB::Table",
            "Type: AWS::DynamoDB::Table\n    DeletionPolcy: Retain",
            "DeletionPolcy",
        ),
        ("Resources:\n", "Outputs:\n  Url: {Vlaue: x}\nResources:\n", "Vlaue"),
        ("Resources:\n", "Outputs:\n  Url: {Value: !GetAtt Api.Adress}\nResources:\n", "Adress"),
        ("  IsLoud:", "  IsOdd: !Equals [!Ref Unknown, a]\n  IsLoud:", "Unknown"),
    ] {
        let text = TEMPLATE.replacen(from, to, 1);
        assert_ne!(text, TEMPLATE, "{from}");
        let fault = parse(&text, &[]).unwrap_err();
        assert!(fault.contains(name), "{name}: {fault}");
    }
}

#[test]
fn own_template_is_supported() {
    let template = parse(aws_local::template::TEXT, &[]).unwrap();
    assert_eq!(template.functions.len(), 12);
    assert!(
        template.routes.iter().any(|route| route.path == "$default" && route.function == "checklist-read")
    );
}
