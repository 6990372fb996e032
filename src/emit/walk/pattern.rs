//! A text that matches a pattern.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Characters that are taken where a class has them.
const LIKED: [char; 6] = ['a', 'A', '0', '-', '_', ' '];

/// A short text that the whole pattern matches; none where there is no telling.
pub fn example(pattern: &str) -> Option<String> {
    let parsed = ParserBuilder::new().build().parse(pattern).ok()?;
    let mut text = String::new();
    write(&parsed, &mut text)?;
    // The engine of generated crates has the last word.
    let whole = regex_lite::Regex::new(&format!("^(?:{pattern})$")).ok()?;
    whole.is_match(&text).then_some(text)
}

fn write(hir: &Hir, text: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(character(class)?),
        HirKind::Repetition(repetition) => {
            // One shows more than none.
            let least = repetition.min.max(u32::from(repetition.max != Some(0)));
            for _ in 0..least {
                write(&repetition.sub, text)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, text)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, text)?;
            }
        }
        HirKind::Alternation(branches) => write(branches.first()?, text)?,
    }
    Some(())
}

fn character(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let ranges = class.ranges();
    let has = |c: &char| {
        ranges
            .iter()
            .any(|range| (range.start()..=range.end()).contains(c))
    };
    let liked = LIKED.iter().copied().find(has);
    let printable = || ('!'..='~').find(has);
    liked
        .or_else(printable)
        .or_else(|| Some(ranges.first()?.start()))
}

#[cfg(test)]
mod tests {
    use super::example;

    #[test]
    fn texts_match_their_patterns() {
        for (pattern, text) in [
            ("[a-z]{3}", "aaa"),
            (r"\d{4}-\d{2}", "0000-00"),
            ("https?://[^/]+", "https://a"),
            ("(eu|us)[1-9]*", "eu1"),
            (r"\w+@\w+\.com", "a@a.com"),
            ("", ""),
        ] {
            assert_eq!(example(pattern).as_deref(), Some(text), "{pattern}");
        }
        assert_eq!(example(r"a\bb"), None);
    }
}
