//! Each resource's life: created, every argument changed, everything changed back, destroyed.
//!
//! What a change of an argument does is a row of a table; the catalogue at the end asks for a row for each argument.

mod ise;
mod ise_autoscale_setting;
mod ise_integration_account;
mod ise_logic_app;
mod ise_subnet;

use std::collections::BTreeSet;

use acceptance_tests::Result;
use acceptance_tests::hcl::Block;
use acceptance_tests::plan::Action;
use acceptance_tests::scene::{Fixture, Scene};
use provider_ise::resources;
use serde_json::Value as Json;

use crate::body::lasting;

/// A resource to live through.
struct Life {
    /// What it needs to be there.
    fixture: Fixture,
    /// The configuration that it starts and ends with.
    block: Block,
    /// The ID that it gets.
    id: String,
    /// Changes of one argument each. They add up, but for replacements, which are only planned.
    rows: Vec<Row>,
}

/// An argument's new expression, and what comes of it.
struct Row {
    argument: &'static str,
    expression: String,
    effect: Effect,
    /// The argument that goes for this one.
    instead_of: Option<&'static str>,
}

enum Effect {
    /// The plan is a replacement because of it.
    Replaces,
    /// An update in place, after which ARM has a value at a place in the body.
    Sends(&'static str, Json),
    /// The same, but ARM does not take the change back.
    SendsForGood(&'static str, Json),
    /// An update in place with just this write.
    Writes(&'static str),
    /// An update in place that sends nothing: only the provider knows of it.
    Local,
    /// No change at all.
    Nothing,
}

fn row(argument: &'static str, expression: impl Into<String>, effect: Effect) -> Row {
    Row {
        argument,
        expression: expression.into(),
        effect,
        instead_of: None,
    }
}

fn replaces(argument: &'static str, expression: impl Into<String>) -> Row {
    row(argument, expression, Effect::Replaces)
}

fn sends(
    argument: &'static str,
    expression: impl Into<String>,
    at: &'static str,
    value: impl Into<Json>,
) -> Row {
    row(argument, expression, Effect::Sends(at, value.into()))
}

fn sends_for_good(
    argument: &'static str,
    expression: impl Into<String>,
    at: &'static str,
    value: impl Into<Json>,
) -> Row {
    row(argument, expression, Effect::SendsForGood(at, value.into()))
}

fn writes(argument: &'static str, expression: impl Into<String>, write: &'static str) -> Row {
    row(argument, expression, Effect::Writes(write))
}

fn local(argument: &'static str, expression: impl Into<String>) -> Row {
    row(argument, expression, Effect::Local)
}

fn nothing(argument: &'static str, expression: impl Into<String>) -> Row {
    row(argument, expression, Effect::Nothing)
}

fn text(text: &str) -> String {
    format!("{text:?}")
}

impl Life {
    fn live(self) -> Result {
        let scene = Scene::new(self.fixture)?;
        let before = scene.emulator.ids()?;
        let address = self.block.address();

        scene.configure(&self.block)?;
        scene.only(&address, Action::Create)?;
        scene.apply()?;
        scene.nothing_to_do()?;
        assert_eq!(scene.state()?.object(&address)["id"], self.id);
        let created = scene.emulator.get(&self.id)?;

        let mut block = self.block.clone();
        for row in &self.rows {
            let changed = row.changed(&block);
            scene.configure(&changed)?;
            row.check(&scene, &address, &self.id)?;
            if !matches!(row.effect, Effect::Replaces) {
                block = changed;
            }
        }
        scene.nothing_to_do()?;

        let (way_back, expected) = self.way_back(created);
        scene.configure(&way_back)?;
        scene.only(&address, Action::Update)?;
        scene.apply()?;
        scene.nothing_to_do()?;
        assert_eq!(lasting(&scene.emulator.get(&self.id)?), lasting(&expected));

        scene.destroy()?;
        assert_eq!(scene.emulator.ids()?, before);
        assert!(scene.state()?.addresses().is_empty());
        Ok(())
    }

    /// The configuration to go back to, and the body that ARM then has.
    fn way_back(&self, created: Json) -> (Block, Json) {
        let (mut block, mut body) = (self.block.clone(), created);
        for row in &self.rows {
            if let Effect::SendsForGood(at, value) = &row.effect {
                block = block.with(row.argument, &row.expression);
                if let Some(place) = body.pointer_mut(at) {
                    *place = value.clone();
                }
            }
        }
        (block, body)
    }
}

impl Row {
    fn instead_of(self, argument: &'static str) -> Self {
        Self {
            instead_of: Some(argument),
            ..self
        }
    }

    /// The block with the argument changed.
    fn changed(&self, block: &Block) -> Block {
        let block = block.clone().with(self.argument, &self.expression);
        match self.instead_of {
            Some(argument) => block.with(argument, ""),
            None => block,
        }
    }

    fn check(&self, scene: &Scene, address: &str, id: &str) -> Result {
        let argument = self.argument;
        let plan = scene.plan()?;
        let expected = match self.effect {
            Effect::Replaces => Action::Replace,
            Effect::Nothing => Action::Nothing,
            Effect::Sends(..) | Effect::SendsForGood(..) | Effect::Writes(_) | Effect::Local => {
                Action::Update
            }
        };
        assert_eq!(
            plan.action(address),
            expected,
            "{argument} = {}",
            self.expression
        );
        if expected == Action::Replace {
            assert_eq!(plan.replaced_by(address), [argument]);
        }
        if expected != Action::Update {
            return Ok(());
        }
        scene.emulator.forget_requests()?;
        scene.run(&["apply", "plan"])?.success()?;
        let writes = scene.emulator.writes()?;
        match &self.effect {
            Effect::Sends(at, value) | Effect::SendsForGood(at, value) => {
                let body = scene.emulator.get(id)?;
                assert_eq!(
                    body.pointer(at),
                    Some(value),
                    "{argument} at {at} in {body:#}"
                );
            }
            Effect::Writes(write) => assert_eq!(writes, [*write], "{argument}"),
            _ => assert!(writes.is_empty(), "{argument}: {writes:?}"),
        }
        Ok(())
    }
}

#[test]
fn every_argument_of_every_resource_has_a_row() {
    let lives = [
        ise_subnet::life(),
        ise::life(),
        ise_logic_app::life(),
        ise_integration_account::life(),
        ise_autoscale_setting::life(),
    ];
    for resource in &resources::all() {
        let name = resource.type_name();
        let life = lives
            .iter()
            .find(|life| life.block.address().split('.').next() == Some(name));
        let life = life.unwrap_or_else(|| panic!("{name} has no life"));
        let rows: BTreeSet<_> = life.rows.iter().map(|row| row.argument).collect();
        let configurable = resource
            .schema()
            .attributes
            .iter()
            .filter(|attribute| attribute.is_configurable());
        let arguments: BTreeSet<_> = configurable
            .map(|attribute| &*attribute.name)
            .chain(["timeouts"])
            .collect();
        assert_eq!(rows, arguments, "{name}");
    }
}
