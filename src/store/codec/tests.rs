use proptest::prelude::*;

use super::*;
use crate::model::{Assignment, merge};

#[test]
fn no_scalar_makes_a_record_corrupt() {
    let id: SessionId = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap();
    let large = "340282366920938463463374607431768211455";
    let text = format!(
        "id: {id}\ntitle: 1.5\ntags: [2.5, NO]\ncontext: {{n: {large}, m: -99999999999999999999}}\n"
    );
    let session = decode(text.as_bytes(), id, &"demo".parse().unwrap()).unwrap();
    assert_eq!((session.title.as_str(), session.tags.join(",")), ("1.5", "2.5,NO".to_owned()));
    assert_eq!(session.context.get("n").unwrap().label(), large);
    let written = encode(&session).unwrap();
    assert_eq!(decode(&written, id, &"demo".parse().unwrap()).unwrap(), session);
}

#[test]
fn text_that_looks_like_something_else_is_quoted() {
    let texts = "y N NO yes on Off TRUE ~ null .inf -.INF .NaN 2026-11-20 12:30:45 0x1f 1_000 0b1 \
                 017 0o17 1.5 .5 1e3 1.2.3 << = +1 -1 190:20:30.15 2001-12-14t21:59:43.10-05:00";
    for text in texts.split_whitespace() {
        let map: Map = [(Value::from(text), Value::from(text))].into_iter().collect();
        let written = render(&map).unwrap();
        assert_eq!(written, format!("'{text}': '{text}'\n"));
        assert_eq!(parse(written.as_bytes()).unwrap(), map);
    }
    for text in ["not", "no.", "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e", "3 files", "-", "a1"] {
        assert!(!ambiguous::is_ambiguous(text), "{text}");
    }
}

#[test]
fn what_quoting_is_made_with_may_stand_in_a_record() {
    let mark = format!("'!{MARK}NO");
    let texts = [mark.as_str(), "NO", "a 'b'", "'!", "!NO"];
    let list = texts.map(Value::from).to_vec();
    let map: Map = [(Value::from("on"), Value::List(list))].into_iter().collect();
    assert_eq!(parse(render(&map).unwrap().as_bytes()).unwrap(), map);
    let time = "created_at: 2026-11-20T12:30:45Z\n";
    assert_eq!(render(&parse(time.as_bytes()).unwrap()).unwrap(), time);
}

/// Texts of numbers, and what looks like one and is text.
fn numbers() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+-]?(0|[1-9][0-9]{0,70})",
        "[+-]?0x[0-9a-fA-F]{1,34}",
        "[+-]?0[ob][01]{1,40}",
        "[+-]?[0-9]{1,25}\\.[0-9]{0,25}",
        "[+-]?[0-9]{1,3}(\\.[0-9]{1,3})?[eE][+-]?[0-9]{1,3}",
        "[+-]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)|[+-]?\\.[0-9]{1,5}",
        "0[0-9]{1,6}|[0-9]{1,3}(_[0-9]{3}){1,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}",
    ]
}

proptest! {
    #[test]
    fn numbers_keep_their_text(text in numbers(), other in numbers()) {
        let id = "id: 7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e\n";
        let record = |title: &str| {
            let text = format!("{id}title: {title}\ncontext:\n  size: {text}\n  list:\n  - {text}\n\
                ours:\n  m: {other}\n  deep:\n  - - {text}\n  t: !w {text}\nnull: \u{f8ff}\n");
            parse(text.as_bytes()).unwrap()
        };
        let merged = merge(Some(&record("a")), &record("b"), &record("a")).record;
        let session = Session::from_record(merged, &"demo".parse().unwrap()).unwrap();
        let bytes = encode(&session).unwrap();
        let back = decode(&bytes, session.id, &session.project_id).unwrap();
        prop_assert_eq!(&back, &session);
        let written = String::from_utf8(bytes).unwrap();
        for (key, text) in [("size: ", &text), ("m: ", &other), ("- ", &text), ("- - ", &text), ("t: !w ", &text)] {
            let is_kept = [format!("{key}{text}\n"), format!("{key}'{text}'\n")];
            prop_assert!(is_kept.iter().any(|line| written.contains(line)), "{key}{text}: {written}");
        }
    }
}

proptest! {
    /// So that the same again is no change.
    #[test]
    fn what_is_set_reads_back_as_it_is(text in prop_oneof![
        numbers(), any::<f64>().prop_map(|f| format!("{f:?}")), any::<f32>().prop_map(|f| f.to_string())
    ]) {
        let mut set = Map::new();
        format!("context.n={text}").parse::<Assignment>().unwrap().apply(&mut set).unwrap();
        let written = render(&set).unwrap();
        prop_assert!(written.contains(&text), "{text}: {written}");
        prop_assert_eq!(parse(written.as_bytes()).unwrap(), set);
    }
}

/// Halfway between two shortest forms, std writes `.3` and serde_yaml `.2`.
#[test]
fn a_number_with_two_shortest_forms_keeps_its_own() {
    for text in ["600000000000000.3", "600000000000000.2"] {
        let mut set = Map::new();
        format!("context.n={text}").parse::<Assignment>().unwrap().apply(&mut set).unwrap();
        let written = render(&set).unwrap();
        assert!(written.contains(text), "{text}: {written}");
        assert_eq!(parse(written.as_bytes()).unwrap(), set);
    }
}

/// A record that this version wrote is parsed once.
#[test]
fn numbers_as_this_version_writes_them_need_no_second_look() {
    let record = "created_at: 2026-11-20T17:05:32.250Z\ntitle: v1.50, 0.70.1 and 1e3x\nbase: {commit: 12e4f0}\n\
                  cost:\n  output_tokens: 100\n  cost_usd: 0.42\ncontext: {a: 1.5, b: -2.0, c: .inf, d: 10}\n";
    assert!(!literal::has_odd_number(record.as_bytes(), Floats::Some), "{record}");
    for odd in ["1.50", "1e3", "+1", "-0", "0x1F", ".5", ".Inf", "12345678901234567890123"] {
        let odd = format!("{record}x: [{odd}]\n");
        assert!(literal::has_odd_number(odd.as_bytes(), Floats::Some), "{odd}");
    }
}

proptest! {
    /// Nothing is lost where the second look is spared.
    #[test]
    fn no_second_look_is_spared_that_finds_something(
        texts in prop::collection::vec(prop_oneof![numbers(), any::<f64>().prop_map(|f| format!("{f:?}"))], 1..4)
    ) {
        let text = format!("a: {0}\nb: [{0}, {{c: {1}}}]\n? {0}\n: \"{1}\"\n", texts[0], texts.join(" "));
        let value = parse_value(text.as_bytes()).unwrap();
        prop_assert_eq!(with_texts(value.clone(), text.as_bytes()).unwrap(), value, "{}", text);
    }
}

#[test]
fn a_number_that_is_a_key_keeps_its_text() {
    for text in ["1.50: 0x1F\n", "a: [&x 1.50, *x, 1.5]\n", "? [0x1F]\n: 1e3\n", "[+1]: {-0: -0}\n"]
    {
        let map = parse(text.as_bytes()).unwrap();
        let written = render(&map).unwrap();
        assert_eq!(parse(written.as_bytes()).unwrap(), map, "{written}");
        for number in ["1.50", "0x1F", "1e3", "+1", "-0"] {
            assert_eq!(text.contains(number), written.contains(number), "{number} in {written}");
        }
    }
}

/// Texts of which a record might be made, and such that are almost one.
fn fragments() -> impl Strategy<Value = String> {
    prop_oneof![
        numbers(),
        "[a-zA-Z_][a-z0-9_.-]{0,6}",
        "[a-z ':#|>~!&*%@,\\-?\\[\\]{}\"]{1,6}",
        prop::sample::select(vec![
            "null",
            "True",
            "~",
            "~/x",
            "inf",
            "nan",
            "NO",
            "<<",
            "---",
            "...",
            "- ",
            "  ",
            "\n",
            "\t",
            "\r",
            ": ",
            " #",
            "''",
            "|",
            "|-",
            "|+",
            ">",
            "|2",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "\u{a0}",
            "\u{7f}",
            "\u{9b}",
            "\u{fffe}",
            "\u{1f600}",
            "é",
            "%YAML 1.1",
            "? ",
            "'a b'",
            "\"a\"",
            "=",
        ])
        .prop_map(str::to_owned),
    ]
}

fn lines() -> impl Strategy<Value = String> {
    let value = prop::collection::vec(fragments(), 0..3).prop_map(|parts| parts.concat());
    let indent = prop::sample::select(vec!["", "", "  ", "  ", "    ", " ", "- ", "  - "]);
    let key = prop_oneof![
        Just(String::new()),
        fragments().prop_map(|key| format!("{key}: ")),
        "[a-d]:[ ]?",
        "[a-d]: [|][-]?\n"
    ];
    (indent, key, value).prop_map(|(indent, key, value)| format!("{indent}{key}{value}\n"))
}

/// Checks that a text is read as the library reads it, where the library is not asked.
fn check_block(text: &str) -> Result<(), TestCaseError> {
    if let Some(map) = block::parse(text.as_bytes()) {
        let value = parse_value(text.as_bytes());
        let Ok(Value::Map(own)) = value else {
            return Err(TestCaseError::fail(format!("{text:?}: {value:?}")));
        };
        let (found, expected) = (format!("{map:?}"), format!("{own:?}"));
        prop_assert_eq!(found, expected, "{:?}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_read_without_the_library_is_read_as_by_it(
        lines in prop::collection::vec(lines(), 0..6), end in "[ \n]{0,2}"
    ) {
        check_block(&(lines.concat() + &end))?;
    }

    #[test]
    fn a_value_is_read_as_by_the_library(
        parts in prop::collection::vec(fragments(), 1..4), form in 0..7_usize
    ) {
        let text = parts.concat();
        check_block(&match form {
            0..3 => format!("a: {text}\n"),
            3 => format!("a:\n- {text}\nb: c\n"),
            4 => format!("a: |-\n  {text}\nb: c\n"),
            5 => format!("a:\n  {text}: b\n"),
            _ => format!("a: '{text}'\n"),
        })?;
    }

    #[test]
    fn a_record_that_was_changed_by_hand_is_read_as_by_the_library(
        values in prop::collection::vec((fragments(), fragments()), 1..5),
        task in prop::collection::vec(fragments(), 0..8),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, fragments()), 0..3),
    ) {
        let texts = values.into_iter().map(|(key, text)| (Value::from(key), Value::from(text)));
        let nested: Map = texts.collect();
        let mut map = Map::new();
        map.insert("task", task.concat());
        map.insert("context", nested.clone());
        map.insert("tags", Value::List(nested.into_iter().map(|(key, _)| key).collect()));
        let mut text = render(&map).unwrap();
        check_block(&text)?;
        for (at, length, new) in edits {
            let starts: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
            let first = at.index(starts.len());
            let end = starts.get(first + length).copied().unwrap_or(text.len());
            text.replace_range(starts[first]..end, &new);
            if text.is_empty() {
                break;
            }
        }
        check_block(&text)?;
    }
}

#[test]
fn the_library_is_not_asked_for_what_this_program_usually_writes() {
    let record = "schema: 1\nid: 7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e\nproject_id: demo\nkind: task\n\
        title: 'Fix: it''s flaky'\ntask: |\n  Find out why,\n\n    and fix it.\nstatus: needs_input\n\
        branch: ao/7b6d11f9-fix\nbase:\n  branch: main\n  commit: 3f786850e387550fdab836ed7e6dc881de23001b\n\
        created_at: 2026-11-20T17:20:32.253Z\nissue_id: '77'\npr_url: https://example.com/a/pull/3\n\
        pr_number: 3\ntags:\n- flaky\n- ci\ncontext:\n  note: |-\n    größer: ja\n    und mehr\n  list:\n  - 1\n  - 2.5\n\
        cost:\n  cost_usd: 0.42\nplacements:\n  laptop-9f2c:\n    workspace: ~/.worktrees/demo/7b6d11f9\n";
    let map = block::parse(record.as_bytes()).expect("it is plain");
    assert_eq!(
        format!("{:?}", parse_value(record.as_bytes()).unwrap()),
        format!("{:?}", Value::Map(map.clone()))
    );
    assert_eq!(render(&map).unwrap(), record);
    for odd in [
        "a: {}\n",
        "a: \"b\"\n",
        "a: &x b\n",
        "a: b\n  c\n",
        "a: b\na: c\n",
        "a:\n",
        "a: b",
        "a: 1.50\n",
    ] {
        assert!(block::parse(odd.as_bytes()).is_none(), "{odd}");
    }
}
