//! The guide to the network: its words are beside this, its table is the one that preflight reads.

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
