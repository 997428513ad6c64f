//! What a look at the page is about, as its address says: which request, which resource, which rows.

use url::{Url, form_urlencoded};

use crate::core::call::Call;

/// The choices that an address of the page holds; without any it is the page as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct View {
    /// The number of the request that is looked into.
    pub(super) request: Option<u64>,
    /// The id of the resource that is looked into.
    pub(super) resource: Option<String>,
    /// The number of the request that a fault is made of.
    pub(super) fault: Option<u64>,
    /// What rows of requests have in them.
    pub(super) words: String,
    pub(super) method: String,
    pub(super) status: String,
    /// The number of the request before which the rows begin.
    pub(super) before: Option<u64>,
    /// What rows of resources have in them.
    pub(super) find: String,
}

impl View {
    /// What an address of the page asks for. What it does not know it passes over: links live long.
    pub(super) fn read<'a>(query: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut view = Self::default();
        for (name, value) in query {
            let text = value.trim().to_owned();
            match name {
                "request" => view.request = text.parse().ok(),
                "resource" => view.resource = Some(text).filter(|id| !id.is_empty()),
                "fault" => view.fault = text.parse().ok(),
                "words" => view.words = text,
                "method" => view.method = text,
                "status" => view.status = text,
                "before" => view.before = text.parse().ok(),
                "find" => view.find = text,
                _ => {}
            }
        }
        view
    }

    /// What the page was about from which a form was sent: the browser names the page, and only ours count.
    pub(super) fn behind(form: &Call) -> Self {
        let page = form
            .header("referer")
            .and_then(|page| Url::parse(page).ok());
        let own = page.filter(|page| {
            Url::parse(&form.base).is_ok_and(|base| base.origin() == page.origin())
                && page.path() == "/"
        });
        let pairs: Vec<(String, String)> = own
            .map(|page| page.query_pairs().into_owned().collect())
            .unwrap_or_default();
        Self::of(&pairs)
    }

    /// The same of pairs that are owned.
    pub(super) fn of(pairs: &[(String, String)]) -> Self {
        Self::read(
            pairs
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        )
    }

    /// Its address.
    pub(super) fn address(&self) -> String {
        let pairs = self.pairs(&[]);
        if pairs.is_empty() {
            return "/".to_owned();
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        format!("/?{}", query.extend_pairs(pairs).finish())
    }

    /// Its choices but for some, for the hidden fields of a form that makes those.
    pub(super) fn pairs(&self, without: &[&str]) -> Vec<(&'static str, String)> {
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let all = [
            ("request", number(self.request)),
            ("resource", self.resource.clone()),
            ("fault", number(self.fault)),
            ("words", text(&self.words)),
            ("method", text(&self.method)),
            ("status", text(&self.status)),
            ("before", number(self.before)),
            ("find", text(&self.find)),
        ];
        all.into_iter()
            .filter(|(name, _)| !without.contains(name))
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// The address of a look that differs from this one.
    pub(super) fn but(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut other = self.clone();
        change(&mut other);
        other.address()
    }

    /// The address of a look into a resource.
    pub(super) fn of_resource(&self, id: &impl ToString) -> String {
        let address = self.but(|view| view.resource = Some(id.to_string()));
        format!("{address}#resource")
    }

    /// The address of a look into a request.
    pub(super) fn of_request(&self, number: u64) -> String {
        let address = self.but(|view| view.request = Some(number));
        format!("{address}#request")
    }

    /// Whether the rows of requests are all there are.
    pub(super) fn is_filtered(&self) -> bool {
        !(self.words.is_empty() && self.method.is_empty() && self.status.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_was_made_of() {
        let pairs = [
            ("request", "12"),
            ("resource", "/subscriptions/s & more"),
            ("words", "a=b"),
            ("status", "failed"),
            ("other", "x"),
            ("before", "much"),
        ];
        let view = View::read(pairs.into_iter());
        assert_eq!(view.request, Some(12));
        assert_eq!(view.before, None);
        let address = view.address();
        let again = Url::parse(&format!("http://h{address}")).expect("an address");
        let again: Vec<(String, String)> = again.query_pairs().into_owned().collect();
        assert_eq!(View::of(&again), view);
        assert_eq!(View::default().address(), "/");
        assert_eq!(
            View::default().of_resource(&"/a"),
            "/?resource=%2Fa#resource"
        );
    }

    #[test]
    fn only_our_own_page_is_gone_back_to() {
        let form = |referer: &str| Call {
            method: "POST".to_owned(),
            headers: vec![("referer".to_owned(), referer.to_owned())],
            base: "http://localhost:1".to_owned(),
            ..Call::default()
        };
        for (referer, request) in [
            ("http://localhost:1/?request=3", Some(3)),
            ("http://elsewhere:1/?request=3", None),
            ("http://localhost:1/other?request=3", None),
            ("", None),
        ] {
            assert_eq!(View::behind(&form(referer)).request, request, "{referer}");
        }
    }
}
