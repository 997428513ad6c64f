//! The page as a whole.

use maud::{DOCTYPE, Markup, html};

use super::scene::Scene;
use super::sections::{
    clock, environments, faults, picture, request, requests, resource, resources, start, timeline,
};
use super::view::View;
use crate::state::State;

/// Renders the page, with a problem at its top when the last form could not be done.
pub(super) fn render(state: &State, view: &View, base: &str, problem: Option<&str>) -> Markup {
    let scene = Scene::new(state, view, base);
    let title = environments::longest(&scene).map_or_else(
        || "ARM emulator".to_owned(),
        |(percent, name)| format!("{percent} % {name} – ARM emulator"),
    );
    let broken = state.has_failed();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" type="image/svg+xml" href="/_emulator/page/icon.svg";
                link rel="stylesheet" href="/_emulator/page/style.css";
                script defer src="/_emulator/page/script.js" {}
            }
            body {
                header.bar {
                    div.title {
                        h1 { a href="/" { "ARM emulator" } }
                        p { code { (base) } }
                    }
                    (clock::show(&scene))
                    // The script shows and keeps these, so what the server says of them counts only at first.
                    button #live type="button" aria-pressed="true" hidden data-own="" { "Live" }
                    noscript { a.refresh href=(view.address()) { "Refresh" } }
                }
                @if broken {
                    p.problem role="alert" {
                        "The state file cannot be written to any more, so every client gets 500 StateFileFailed; the emulator's log says why. "
                        "This is what was there. Start the emulator again."
                    }
                }
                p #problem.problem role="alert" hidden[problem.is_none()] data-own="" { (problem.unwrap_or_default()) }
                p #lost.problem hidden data-own="" {}
                p #said.spoken role="status" data-own="" {}
                (jump(&scene))
                main { (content(&scene)) }
            }
        }
    }
}

/// Links to the parts of the page, for screens on which they do not stand side by side.
fn jump(scene: &Scene<'_>) -> Markup {
    let is_empty = scene.is_empty();
    html! {
        nav.jump aria-label="Parts of the page" {
            @if is_empty { a href="#start" { "Start" } }
            @else { a href="#picture" { "Picture" } a href="#timeline" { "Timeline" } }
            a href="#requests" { "Requests" }
            a href="#faults" { "Faults" }
            @if !is_empty { a href="#resources" { "Resources" } a href="#start" { "Connect" } }
        }
    }
}

fn content(scene: &Scene<'_>) -> Markup {
    let is_empty = scene.is_empty();
    html! {
        div.world {
            @if let Some(resource) = resource::show(scene) { (resource) }
            @if is_empty { (start::show(scene)) }
            @if let Some(picture) = picture::show(scene) { (picture) }
            // An operation outlives what it deleted.
            @if !is_empty || !scene.world.operations.is_empty() { (timeline::show(scene)) }
            @if !scene.of_type(environments::KIND).is_empty() { (environments::show(scene)) }
        }
        div.traffic {
            @if let Some(request) = request::show(scene) { (request) }
            (requests::show(scene))
            (faults::show(scene))
        }
        @if !is_empty { div.rest { (resources::show(scene)) (start::show(scene)) } }
    }
}
