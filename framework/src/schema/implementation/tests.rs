use super::*;
use crate::schema::Schema;
use crate::schema::config_validator::conflicting;
use crate::schema::plan_modifier::{
    requires_replace, unknown_when_changed, use_non_null_state_for_unknown,
    use_prior_when_semantically_equal,
};
use crate::schema::validator::{each_element, int64_between, one_of, size_between, text};
use crate::types::value::Value;

fn findings(attributes: Vec<Attribute>, blocks: Vec<Block>) -> Vec<String> {
    let schema = Schema {
        attributes,
        blocks,
        ..Schema::default()
    };
    schema.validate_implementation()
}

/// Each row alone, and what is found of it.
#[track_caller]
fn check(attribute: Attribute, expect: &[&str]) {
    assert_eq!(findings(vec![attribute], Vec::new()), expect);
}

#[track_caller]
fn check_block(block: Block, expect: &[&str]) {
    assert_eq!(findings(Vec::new(), vec![block]), expect);
}

fn a() -> Attribute {
    Attribute::string("a")
}

fn block(nesting: Nesting) -> Block {
    Block::new("b", nesting, vec![Attribute::string("name").required()])
}

#[test]
fn what_is_right_is_not_found() {
    let inner = || {
        vec![
            Attribute::string("name")
                .required()
                .plan(requires_replace()),
            Attribute::string("id")
                .computed()
                .plan(use_non_null_state_for_unknown()),
            Attribute::bool("enabled").default(true),
        ]
    };
    use Nesting::{List, Map, Set, Single};
    for nesting in [Single, List, Map, Set] {
        check(Attribute::nested("a", nesting, inner()), &[]);
        check_block(Block::new("b", nesting, inner()), &[]);
    }
    check(Attribute::nested("a", List, inner()).key("name"), &[]);
    check(a().write_only().validator(one_of(["x"])), &[]);
    check(
        Attribute::set("a", Type::String)
            .element_semantic_equality(|_, _| true)
            .plan(use_prior_when_semantically_equal()),
        &[],
    );
    check(
        a().element_semantic_equality(|_, _| true),
        &["a: only a list, set or map of values has elements with a type of their own"],
    );
    check(
        a().semantic_equality(|_, _| true)
            .plan(use_prior_when_semantically_equal()),
        &[],
    );
    check(a().computed().plan(unknown_when_changed(&["a"])), &[]);
    check(Attribute::value("a", Type::Dynamic), &[]);
    check_block(block(List).min_items(1).max_items(1), &[]);
    check_block(block(List).min_items(1), &[]);
    check_block(block(Single).min_items(1).max_items(1), &[]);
}

#[test]
fn names() {
    for name in ["", "Name", "a-b", "1a"] {
        let found = findings(vec![Attribute::string(name)], Vec::new());
        assert!(found[0].contains("small letters"), "{found:?}");
    }
    check(
        Attribute::string("count"),
        &["count: Terraform keeps the name count for itself"],
    );
    // Deeper it means nothing.
    check(
        Attribute::nested("a", Nesting::List, vec![Attribute::number("count")]),
        &[],
    );
    let found = findings(vec![Attribute::string("b")], vec![block(Nesting::List)]);
    assert_eq!(found, ["b: there are two of this name"]);
    check(
        Attribute::nested("a", Nesting::List, vec![a(), a()]),
        &["a: there are two of the name a in it"],
    );
}

#[test]
fn what_is_write_only() {
    check(
        a().computed().write_only(),
        &["a: what is write-only is never computed"],
    );
    let inner = || Attribute::nested("inner", Nesting::Single, vec![a().write_only()]);
    let found = ["a.inner.a: nothing in a set can be write-only"];
    check(Attribute::nested("a", Nesting::Set, vec![inner()]), &found);
    let found = ["b.a: nothing in a set can be write-only"];
    check_block(
        Block::new("b", Nesting::Set, vec![a().write_only()]),
        &found,
    );
    check(Attribute::nested("a", Nesting::List, vec![inner()]), &[]);
    let found = ["a: nothing in what is computed can be write-only"];
    let outer = || Attribute::nested("a", Nesting::List, vec![inner()]);
    check(outer().optional_computed(), &found);
    check(outer().computed(), &found);
}

#[test]
fn defaults() {
    let needs = "a: a default needs an attribute that is optional and computed";
    check(a().default("x").required(), &[needs]);
    check(
        Attribute::number("a").default("x"),
        &["a: its default is no value of its type: String(\"x\")"],
    );
    check(
        Attribute::list("a", Type::String).default(Value::strings(["x"])),
        &[],
    );
}

#[test]
fn what_is_dynamic() {
    let found = ["a: elements of a list, set or map are of one type, and that is not dynamic"];
    check(Attribute::list("a", Type::Dynamic), &found);
    let inner = || vec![Attribute::value("x", Type::Dynamic)];
    check(Attribute::nested("a", Nesting::Map, inner()), &found);
    let found = ["b: nothing in a block of which there are several is dynamic"];
    check_block(Block::new("b", Nesting::Set, inner()), &found);
    check_block(Block::new("b", Nesting::Single, inner()), &[]);
}

#[test]
fn numbers_of_blocks() {
    let found = ["b: it has at least more items than at most"];
    check_block(block(Nesting::Set).min_items(2).max_items(1), &found);
    let found = ["b: only lists and sets have a number of items"];
    for nesting in [Nesting::Single, Nesting::Map, Nesting::Group] {
        check_block(block(nesting).max_items(2), &found);
    }
    check(
        Attribute::nested("a", Nesting::Group, vec![Attribute::string("x")]),
        &["a: only blocks are nested as a group"],
    );
}

#[test]
fn keys() {
    let list = |key: &'static str| {
        let rows = vec![
            Attribute::string("name"),
            Attribute::string("id").computed(),
        ];
        Attribute::nested("a", Nesting::List, rows).key(key)
    };
    check(
        list("id"),
        &["a: its key \"id\" is no attribute that the configuration gives"],
    );
    check(
        list("nmae"),
        &["a: its key \"nmae\" is no attribute that the configuration gives"],
    );
    check(
        a().key("name"),
        &["a: only elements of a nested list or set are known by a key"],
    );
}

#[test]
fn modifiers_without_effect() {
    let change = "a: a configuration cannot change what only the provider gives";
    check(a().computed().plan(requires_replace()), &[change]);
    let unseen = "a: a write-only value has no prior one, so no change of it is seen";
    check(a().write_only().plan(requires_replace()), &[unseen]);
    let known = "a: only what is computed is unknown in a plan";
    check(a().plan(use_non_null_state_for_unknown()), &[known]);
    check(a().plan(unknown_when_changed(&["a"])), &[known]);
    let default = "a: what has a default is never unknown";
    check(
        a().default("x").plan(use_non_null_state_for_unknown()),
        &[default],
    );
    let other = "a: there is no top-level attribute or block \"b\"";
    check(a().computed().plan(unknown_when_changed(&["b"])), &[other]);
    let equality = "a: it has no custom type that says what means the same";
    check(a().plan(use_prior_when_semantically_equal()), &[equality]);
    let computed = "a: what only the provider gives is not planned otherwise than it was";
    check(
        a().semantic_equality(|_, _| true)
            .computed()
            .plan(use_prior_when_semantically_equal()),
        &[computed],
    );
    let prior = "a: a write-only value has no prior one";
    check(
        a().semantic_equality(|_, _| true)
            .write_only()
            .plan(use_prior_when_semantically_equal()),
        &[prior],
    );
}

#[test]
fn validators_without_effect() {
    let no_config = "a: its validators look at a configuration, which never has it";
    check(a().computed().validator(one_of(["x"])), &[no_config]);
    let number = "a: Validator(\"From 1 to 2.\") does not look at its type";
    check(a().validator(int64_between(1, 2)), &[number]);
    let size = "a: Validator(\"1 to 2 elements.\") does not look at its type";
    check(a().validator(size_between(1, 2)), &[size]);
    let list = |element| Attribute::list("a", element).validator(each_element(text(|_| Ok(()))));
    check(list(Type::String), &[]);
    check(
        list(Type::Number),
        &["a: Validator(\"\") does not look at its type"],
    );
    let schema = Schema {
        attributes: vec![a()],
        validators: vec![Arc::new(conflicting(&["a", "b"]))],
        ..Schema::default()
    };
    let found = "Validator(\"At most one of `a`, `b`.\"): it names what the schema does not have";
    assert_eq!(schema.validate_implementation(), [found]);
}

#[test]
fn all_of_a_computed_block_is_computed_and_none_of_it_has_to_be_written() {
    let computed = |row: Attribute| Block::new("b", Nesting::List, vec![row]).computed();
    let free = || a().optional_computed();
    check_block(computed(a().computed()), &[]);
    check_block(computed(free()).plan(use_non_null_state_for_unknown()), &[]);
    check_block(
        computed(a()),
        &["b: the block is computed, and \"a\" in it is not"],
    );
    check_block(
        computed(a().computed()).blocks(vec![Block::new("c", Nesting::Set, vec![free()])]),
        &["b: the block is computed, and \"c\" in it is not"],
    );
    check_block(
        computed(free()).min_items(1),
        &["b: what has to be written is never computed"],
    );
    check_block(
        Block::new("b", Nesting::Group, vec![free()]).computed(),
        &["b: a group is always there, so it is never computed"],
    );
    check_block(
        Block::new("b", Nesting::List, vec![free()]).plan(use_non_null_state_for_unknown()),
        &["b: only what is computed is unknown in a plan"],
    );
}
