//! The page as a whole.

use maud::{DOCTYPE, Markup, html};

use super::scene::Scene;
use super::sections::{
    accounts, clock, environments, faults, groups, networks, others, requests, workflows,
};
use crate::state::State;

/// Renders the page, with a problem at its top when the last form could not be done.
pub(super) fn render(state: &State, base: &str, problem: Option<&str>) -> Markup {
    let scene = Scene::new(state);
    let title = environments::longest(&scene).map_or_else(
        || "ARM emulator".to_owned(),
        |(percent, name)| format!("{percent} % {name} – ARM emulator"),
    );
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
                        h1 { "ARM emulator" }
                        p { code { (base) } }
                    }
                    (clock::show(&scene))
                    // The script shows and keeps these, so what the server says of them counts only at first.
                    button #live type="button" aria-pressed="true" hidden data-own="" { "Live" }
                    noscript { a.refresh href="/" { "Refresh" } }
                }
                p #problem.problem role="alert" hidden[problem.is_none()] data-own="" { (problem.unwrap_or_default()) }
                p #lost.problem hidden data-own="" {}
                p #said.spoken role="status" data-own="" {}
                main {
                    p.retired {
                        "Azure has taken no new integration service environments since November 2022 and ended the service on 31 August 2024; "
                        "here they still deploy, change, fail and go as they did there."
                    }
                    div.world {
                        (environments::show(&scene))
                        (networks::show(&scene))
                        (workflows::show(&scene))
                        (accounts::show(&scene))
                        (groups::show(&scene))
                        (others::show(&scene))
                    }
                    div.traffic {
                        (faults::show(&scene))
                        (requests::show(&scene))
                    }
                }
            }
        }
    }
}
