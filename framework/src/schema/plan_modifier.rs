//! The plan modifiers that providers are written with.

use super::row::{Place, PlanModifier, PlanModifyRequest, PlanModifyResponse, Text};
use crate::types::value::Value;

/// A change needs a new object.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::plan_modifier::requires_replace;
///
/// let row = Attribute::string("path").required().plan(requires_replace());
/// # let _ = row;
/// ```
pub fn requires_replace() -> impl PlanModifier {
    RequiresReplace {
        condition: Condition::Always,
        description: Text::Borrowed("Changing it replaces the object."),
    }
}

/// A change needs a new object where `condition` says so; `description` tells a reader when.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::plan_modifier::requires_replace_if;
///
/// let shrinks = requires_replace_if(
///     |request| request.prior_value.as_number() > request.plan.get("size").as_number(),
///     "A smaller one replaces the object.",
/// );
/// let row = Attribute::number("size").required().plan(shrinks);
/// # let _ = row;
/// ```
pub fn requires_replace_if(
    condition: fn(&PlanModifyRequest<'_>) -> bool,
    description: impl Into<Text>,
) -> impl PlanModifier {
    RequiresReplace {
        condition: Condition::If(condition),
        description: description.into(),
    }
}

/// A change to another value that is in the configuration needs a new object.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::plan_modifier::requires_replace_if_configured;
///
/// let row = Attribute::string("zone").optional_computed().plan(requires_replace_if_configured());
/// # let _ = row;
/// ```
pub fn requires_replace_if_configured() -> impl PlanModifier {
    RequiresReplace {
        condition: Condition::If(|request| !request.config_value.is_null()),
        description: Text::Borrowed("Changing it to another value replaces the object."),
    }
}

/// An update leaves the computed value as it was. A null that an unfinished create left behind is no such value, and
/// stays unknown. What Go's `UseNonNullStateForUnknown` is, and `UseStateForUnknown` was before its release 1.15.1.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::plan_modifier::use_non_null_state_for_unknown;
///
/// let row = Attribute::string("id").computed().plan(use_non_null_state_for_unknown());
/// # let _ = row;
/// ```
pub fn use_non_null_state_for_unknown() -> impl PlanModifier {
    UseStateForUnknown { or_null: false }
}

/// The same for a value that may well be null: that stays too, as with Go's `UseStateForUnknown` since 1.15.1.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::plan_modifier::use_state_for_unknown;
///
/// let row = Attribute::string("alias").computed().plan(use_state_for_unknown());
/// # let _ = row;
/// ```
pub fn use_state_for_unknown() -> impl PlanModifier {
    UseStateForUnknown { or_null: true }
}

/// An update changes the computed value only when one of these top-level attributes or blocks changes.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::plan_modifier::unknown_when_changed;
///
/// let row = Attribute::number("size").computed().plan(unknown_when_changed(&["content"]));
/// # let _ = row;
/// ```
pub fn unknown_when_changed(names: &'static [&'static str]) -> impl PlanModifier {
    UnknownWhenChanged(names)
}

/// While the computed value is unknown, it is known that it will not be null: Terraform then decides `== null` at plan.
///
/// Go's `WillNotBeNull`. The promise binds. Not for what a creation leaves open that ends with
/// [`CreateResponse::accepted`](crate::resource::CreateResponse::accepted), or an update that does: that is null then.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::plan_modifier::will_not_be_null;
///
/// let row = Attribute::string("id").computed().plan(will_not_be_null());
/// # let _ = row;
/// ```
pub fn will_not_be_null() -> impl PlanModifier {
    RefineAsNotNull
}

/// A value that means the same as the prior one is no change: the prior one stays in the plan, in its own form.
///
/// ```
/// use tfplugin_framework::schema::Attribute;
/// use tfplugin_framework::schema::plan_modifier::use_prior_when_semantically_equal;
///
/// let row = Attribute::string("region")
///     .required()
///     .semantic_equality(|prior, new| prior.as_str().map(str::to_lowercase) == new.as_str().map(str::to_lowercase))
///     .plan(use_prior_when_semantically_equal());
/// # let _ = row;
/// ```
pub fn use_prior_when_semantically_equal() -> impl PlanModifier {
    UsePriorWhenSemanticallyEqual
}

struct RequiresReplace {
    condition: Condition,
    description: Text,
}

enum Condition {
    Always,
    If(fn(&PlanModifyRequest<'_>) -> bool),
}

impl PlanModifier for RequiresReplace {
    fn description(&self) -> Text {
        self.description.clone()
    }

    fn may_require_replace(&self) -> bool {
        true
    }

    fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>) {
        if request.is_create() || request.prior_value == response.plan_value {
            return;
        }
        response.requires_replace |= match self.condition {
            Condition::Always => true,
            Condition::If(condition) => condition(request),
        };
    }

    fn validate_implementation(&self, place: &Place<'_>) -> Result<(), String> {
        if place.row.is_write_only() {
            return Err("a write-only value has no prior one, so no change of it is seen".into());
        }
        match place.row.is_configurable() {
            true => Ok(()),
            false => Err("a configuration cannot change what only the provider gives".into()),
        }
    }
}

struct UseStateForUnknown {
    or_null: bool,
}

impl PlanModifier for UseStateForUnknown {
    fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>) {
        let may_stay = response.plan_value.is_unknown() && !request.config_value.is_unknown();
        let is_known = !request.prior_value.is_null() || (self.or_null && !request.is_new);
        if may_stay && is_known {
            *response.plan_value = request.prior_value.clone();
        }
        if request.config_value.is_null() {
            keep_members(response.plan_value, request.prior_value, self.or_null);
        }
    }

    fn validate_implementation(&self, place: &Place<'_>) -> Result<(), String> {
        is_ever_unknown(place)
    }
}

struct UnknownWhenChanged(&'static [&'static str]);

impl PlanModifier for UnknownWhenChanged {
    fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>) {
        let may_stay = response.plan_value.is_unknown() && !request.config_value.is_unknown();
        if request.is_new || self.0.iter().any(|name| request.changes(name)) {
            return;
        }
        if may_stay {
            *response.plan_value = request.prior_value.clone();
        }
        if request.config_value.is_null() {
            keep_members(response.plan_value, request.prior_value, true);
        }
    }

    fn validate_implementation(&self, place: &Place<'_>) -> Result<(), String> {
        is_ever_unknown(place)?;
        match self.0.iter().find(|name| place.members.row(name).is_none()) {
            Some(name) => Err(format!("there is no top-level attribute or block {name:?}")),
            None => Ok(()),
        }
    }
}

struct RefineAsNotNull;

impl PlanModifier for RefineAsNotNull {
    fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>) {
        // What the user writes may become null, and then counts as not written.
        if request.config_value.is_null() && response.plan_value.is_unknown() {
            let value = std::mem::replace(response.plan_value, Value::Null);
            *response.plan_value = value.refine_as_not_null();
        }
    }

    fn validate_implementation(&self, place: &Place<'_>) -> Result<(), String> {
        is_ever_unknown(place)
    }
}

struct UsePriorWhenSemanticallyEqual;

impl PlanModifier for UsePriorWhenSemanticallyEqual {
    fn modify(&self, request: &PlanModifyRequest<'_>, response: &mut PlanModifyResponse<'_>) {
        let value: &Value = response.plan_value;
        if request.row.semantically_equal(request.prior_value, value) {
            *response.plan_value = request.prior_value.clone();
        }
    }

    fn runs_before_marking(&self) -> bool {
        true
    }

    fn validate_implementation(&self, place: &Place<'_>) -> Result<(), String> {
        if place.row.is_write_only() {
            return Err("a write-only value has no prior one".into());
        }
        if !place.row.is_configurable() {
            return Err("what only the provider gives is not planned otherwise than it was".into());
        }
        let attribute = place.row.attribute();
        let types = attribute.map(|it| (it.custom_type.as_ref(), it.element_type.as_ref()));
        match types.and_then(|(whole, elements)| whole.or(elements)) {
            Some(_) => Ok(()),
            None => Err("it has no custom type that says what means the same".into()),
        }
    }
}

/// Leaves what is unknown in an object as it was: one that is not written is known as far as its attributes have defaults.
fn keep_members(planned: &mut Value, prior: &Value, or_null: bool) {
    let (Value::Object(planned), Value::Object(prior)) = (planned, prior) else {
        return;
    };
    for (name, value) in planned.iter_mut() {
        let prior = prior.get(name);
        match value.is_unknown() {
            true if or_null || !prior.is_null() => *value = prior.clone(),
            true => {}
            false => keep_members(value, prior, or_null),
        }
    }
}

fn is_ever_unknown(place: &Place<'_>) -> Result<(), String> {
    if !place.row.is_computed() {
        return Err("only what is computed is unknown in a plan".into());
    }
    match place.row.default_value() {
        Some(_) => Err("what has a default is never unknown".into()),
        None => Ok(()),
    }
}
