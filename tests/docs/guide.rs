//! The guides: their words are beside this, and the table of the network's is the one that preflight reads.

use std::path::Path;
use std::{fs, io};

use provider_ise::validate::network::table::{
    AccessEndpoint, Direction, Form, Narrow, Ports, ROWS, Row,
};

/// The page.
pub(crate) fn network() -> String {
    include_str!("guides/network.md").replace("{table}", &table())
}

fn table() -> String {
    let mut lines = vec![
        "| purpose | direction | in Microsoft's guide | on its later page | while it is closed |"
            .to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(ROWS.iter().map(line));
    lines.join("\n")
}

fn line(row: &Row) -> String {
    let directions: Vec<_> = row.directions.iter().map(|it| it.name()).collect();
    let mark = if row.required { "" } else { " *" };
    format!(
        "| {}{mark} | {} | {} | {} | {} |",
        row.purpose,
        directions.join(" & "),
        form(&row.broad, row.directions),
        narrow(row),
        row.closed
    )
}

fn narrow(row: &Row) -> String {
    let Narrow { internal, external } = row.narrow;
    let show = |forms: &[Form]| {
        let forms = forms.iter().map(|one| form(one, row.directions));
        forms.collect::<Vec<_>>().join("; ")
    };
    match internal == external {
        true if internal == [row.broad] => "the same".to_owned(),
        true => show(internal),
        false => format!(
            "{}: {}; {}: {}",
            AccessEndpoint::Internal.name(),
            show(internal),
            AccessEndpoint::External.name(),
            show(external)
        ),
    }
}

fn form(form: &Form, directions: &[Direction]) -> String {
    let ports: Vec<_> = form.ports.iter().map(Ports::to_string).collect();
    let ports = match form.is_all_ports() {
        true => "all".to_owned(),
        false => ports.join(", "),
    };
    let way = match directions {
        [Direction::Inbound] => "from",
        [Direction::Outbound] => "to",
        _ => "from and to",
    };
    format!("{ports} {way} `{}`", form.tag)
}

/// The pages about signing in, which are written by hand.
pub(crate) fn authentication(root: &Path) -> io::Result<Vec<(String, String)>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(root.join("tests/docs/guides"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("authentication") {
            pages.push((name, fs::read_to_string(entry.path())?));
        }
    }
    Ok(pages)
}

/// The example of a flow in the guide: what it is, and what is in the group.
#[cfg(test)]
mod example {
    use provider_ise::validate::network::addresses::{Addresses, Span};
    use provider_ise::validate::network::flows::closed_flows;
    use provider_ise::validate::network::routes::Rerouted;
    use provider_ise::validate::network::rules::SecurityGroup;
    use provider_ise::validate::network::surroundings::Surroundings;
    use provider_ise::validate::network::table::{AccessEndpoint, ROWS, Row};
    use provider_ise::validate::network::traffic::{Near, Verdict};
    use serde_json::{Value as Json, json};

    fn rule(line: &str) -> Option<Json> {
        let words: Vec<_> = line.split_whitespace().collect();
        let [
            priority,
            access,
            protocol,
            source,
            "→",
            destination,
            ports,
            ..,
        ] = words[..]
        else {
            return None;
        };
        let priority: i64 = priority.parse().ok()?;
        Some(json!({ "name": priority.to_string(), "properties": {
            "priority": priority, "direction": "Inbound", "access": access, "protocol": protocol, "sourcePortRange": "*",
            "sourceAddressPrefix": source, "destinationAddressPrefix": destination, "destinationPortRange": ports } }))
    }

    fn addresses(text: &str) -> Addresses {
        Span::read(text).into_iter().collect()
    }

    #[test]
    fn the_flow_of_the_guide_is_a_row_of_the_table_and_closed_by_the_rule_that_it_marks() {
        let guide = include_str!("guides/network.md");
        let mut blocks = guide.split("```");
        let block = blocks.find(|block| block.contains("  TCP "));
        let block = block.expect("the example");
        let flow = block.lines().find(|line| line.contains("TCP "));
        let words: Vec<_> = flow.expect("the flow").split_whitespace().collect();
        let ["TCP", port, "in", "from", tag, ..] = words[..] else {
            panic!("{words:?}");
        };
        let port: u16 = port.parse().expect("a port");
        let row = ROWS.iter().find(|row| {
            let mut ports = row.broad.ports.iter();
            row.broad.tag == tag && ports.any(|ports| (ports.first, ports.last) == (port, port))
        });
        let row = row.expect("a row of the table");
        let rules: Vec<_> = block.lines().filter_map(rule).collect();
        assert_eq!(rules.len(), 6, "{block}");
        let marked = block.lines().find(|line| line.contains('◀'));
        let marked = rule(marked.expect("a mark")).expect("a rule");
        let body = json!({ "properties": { "securityRules": rules } });
        let group = SecurityGroup::read("nsg", &body);
        let own = addresses("172.16.0.0/27");
        let near = Near {
            addresses: &own,
            rerouted: &Rerouted::default(),
        };
        let around = Surroundings {
            region: "westeurope".to_owned(),
            subnets: own.clone(),
            space: Some(addresses("172.16.0.0/16")),
            ..Surroundings::default()
        };
        let closed = closed_flows(&group, &near, &around, Some(AccessEndpoint::Internal));
        let is_it = |known: &Row| known == row;
        let found = closed
            .iter()
            .find(|flow| flow.rows.iter().any(|it| is_it(it.row)));
        let found = found.expect("it is closed");
        assert_eq!(found.verdict, Verdict::Closed);
        let names = found.closed_by.iter().map(|rule| rule.name.as_str());
        let names: Vec<_> = names.collect();
        assert_eq!(names, [marked["name"].as_str().unwrap_or_default()]);
    }
}
