//! Tables of routes: which verbs are served where, and by whom.

/// What serves some verbs (or `*`, whatever verb where nothing before serves another) at the paths that fit a pattern: words without regard to case, `*` for any one segment, and
/// once `**` for any number of them.
#[derive(Debug)]
pub(crate) struct Route<H: 'static> {
    pub(crate) verbs: &'static str,
    pub(crate) pattern: &'static str,
    pub(crate) handler: H,
}

/// A row of a table.
pub(crate) const fn route<H>(verbs: &'static str, pattern: &'static str, handler: H) -> Route<H> {
    Route {
        verbs,
        pattern,
        handler,
    }
}

/// What a table says of a request.
#[derive(Debug, PartialEq)]
pub(crate) enum Routed<'p, H> {
    /// The handler, with the segments that its pattern leaves open with `*`.
    Found(H, Vec<&'p str>),
    /// The path is served, but only for these verbs.
    WrongVerb(String),
    /// Nothing is served there.
    Nowhere,
}

/// The first route of a table that fits.
pub(crate) fn find<'p, H: Copy + 'static>(
    table: impl IntoIterator<Item = &'static Route<H>>,
    method: &str,
    path: &[&'p str],
) -> Routed<'p, H> {
    let mut verbs: Vec<&str> = Vec::new();
    for route in table {
        let Some(captured) = capture(route.pattern, path) else {
            continue;
        };
        let is_left = route.verbs == "*" && verbs.is_empty();
        if is_left || route.verbs.split(' ').any(|verb| verb == method) {
            return Routed::Found(route.handler, captured);
        }
        for verb in route.verbs.split(' ') {
            if verb != "*" && !verbs.contains(&verb) {
                verbs.push(verb);
            }
        }
    }
    if verbs.is_empty() {
        Routed::Nowhere
    } else {
        Routed::WrongVerb(verbs.join(", "))
    }
}

/// The segments of a path that a pattern leaves open, if the path fits it.
fn capture<'p>(pattern: &str, path: &[&'p str]) -> Option<Vec<&'p str>> {
    // Most patterns do not fit: nothing is gathered before one does.
    matching(pattern, path, |_| {})?;
    let mut captured = Vec::new();
    matching(pattern, path, |segment| captured.push(segment))?;
    Some(captured)
}

fn matching<'p>(pattern: &str, path: &[&'p str], mut open: impl FnMut(&'p str)) -> Option<()> {
    let (mut words, mut rest) = (pattern.split('/'), path);
    while let Some(word) = words.next() {
        if word == "**" {
            rest = rest.get(rest.len().checked_sub(words.clone().count())?..)?;
            continue;
        }
        let (segment, after) = rest.split_first()?;
        if word == "*" {
            open(segment);
        } else if !word.eq_ignore_ascii_case(segment) {
            return None;
        }
        rest = after;
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_capture_what_they_leave_open() {
        for (pattern, path, expected) in [
            ("*/token", "t/token", Some(vec!["t"])),
            ("*/token", "t/Token", Some(vec!["t"])),
            ("*/token", "a/b/token", None),
            ("*/token", "token", None),
            ("a/*/*", "a/b/c", Some(vec!["b", "c"])),
            ("a/b", "a/b", Some(Vec::new())),
            ("a/b", "a/b/c", None),
            ("**/locks/*", "locks/l", Some(vec!["l"])),
            ("**/locks/*", "s/locks/locks/l", Some(vec!["l"])),
            ("**/locks/*", "s/locks", None),
            ("a/*/**", "a/b", Some(vec!["b"])),
            ("a/*/**", "a/b/c/d", Some(vec!["b"])),
            ("a/**/b", "a/b", Some(Vec::new())),
            ("a/**/b", "a", None),
        ] {
            let path: Vec<&str> = path.split('/').collect();
            assert_eq!(capture(pattern, &path), expected, "{pattern} {path:?}");
        }
    }

    #[test]
    fn the_first_route_that_fits_wins_and_wrong_verbs_are_told_from_unknown_paths() {
        static TABLE: [Route<u8>; 4] = [
            route("GET", "a/b", 1),
            route("PUT DELETE", "a/b", 2),
            route("GET", "a/*", 3),
            route("*", "**", 4),
        ];
        let found = |method: &str, path: &str| {
            let path: Vec<&str> = path.split('/').collect();
            match find(&TABLE, method, &path) {
                Routed::Found(number, _) => Ok(number),
                Routed::WrongVerb(allowed) => Err(allowed),
                Routed::Nowhere => Err(String::new()),
            }
        };
        assert_eq!(found("GET", "a/b"), Ok(1));
        assert_eq!(found("DELETE", "A/B"), Ok(2));
        assert_eq!(found("GET", "a/c"), Ok(3));
        assert_eq!(found("POST", "a/b"), Err("GET, PUT, DELETE".to_owned()));
        assert_eq!(found("GET", "b"), Ok(4));
        static NONE: [Route<u8>; 0] = [];
        assert_eq!(find(&NONE, "GET", &["b"]), Routed::Nowhere);
    }
}
