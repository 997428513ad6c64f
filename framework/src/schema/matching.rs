//! Which elements belong together.

/// Whether the one at an index belongs to the other at an index.
pub(super) type Belongs<'f> = &'f dyn Fn(usize, usize) -> bool;

/// For each element the index of the one of `others` that belongs to it, for as many as possible: each of them belongs to
/// one element only. Who belongs together by an earlier rule is paired first; a later rule never leaves alone who was.
pub(super) fn matched<E, O>(
    elements: &[E],
    others: &[O],
    rules: &[Belongs<'_>],
) -> Vec<Option<usize>> {
    let mut owners: Vec<Option<usize>> = vec![None; others.len()];
    let mut is_paired = vec![false; elements.len()];
    for (number, _) in rules.iter().enumerate() {
        let belongs = |element: usize, other: usize| {
            let mut rules = rules[..=number].iter();
            rules.any(|rule| rule(element, other))
        };
        for (element, is_paired) in is_paired.iter_mut().enumerate() {
            if !*is_paired {
                let mut is_tried = vec![false; others.len()];
                *is_paired = pair(element, &belongs, &mut owners, &mut is_tried);
            }
        }
    }
    let mut found = vec![None; elements.len()];
    for (other, owner) in owners.into_iter().enumerate() {
        if let Some(owner) = owner {
            found[owner] = Some(other);
        }
    }
    found
}

/// Finds one for `element`, if need be by giving its owner another one.
fn pair(
    element: usize,
    belongs: Belongs<'_>,
    owners: &mut [Option<usize>],
    is_tried: &mut [bool],
) -> bool {
    let is_free = |other: &usize| owners[*other].is_none() && belongs(element, *other);
    if let Some(other) = (0..owners.len()).find(is_free) {
        owners[other] = Some(element);
        return true;
    }
    for other in 0..owners.len() {
        if is_tried[other] || !belongs(element, other) {
            continue;
        }
        is_tried[other] = true;
        let moves = owners[other].is_none_or(|owner| pair(owner, belongs, owners, is_tried));
        if moves {
            owners[other] = Some(element);
            return true;
        }
    }
    false
}
