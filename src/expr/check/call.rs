//! Calls: which function is meant, whether its arguments fit, what it gives.

use std::ops::Range;

use super::convert::read;
use super::{Checker, described, expr};
use crate::diagnostic::{Code, nearest};
use crate::expr::Fault;
use crate::expr::ast::{Argument, Ast, AstKind, Call, Notation};
use crate::expr::functions::{Function, Gives, Takes, find, names};
use crate::model::{Expr, ExprKind, ExprType, Function as Meaning, ItemType};

impl Checker<'_, '_> {
    /// A call of a function, a method or a filter.
    pub(super) fn call(&mut self, call: &Call, range: &Range<usize>) -> Option<Expr> {
        if call.notation == Notation::Method && call.name == "format" {
            return self.format(call);
        }
        let Some((function, at)) = find(call.notation, &call.name) else {
            self.fault(unknown(call));
            return None;
        };
        let given = self.arrange(function, at, call)?;
        match function.meaning {
            Meaning::Default => return self.default(&given, range),
            Meaning::Now
            | Meaning::Today
            | Meaning::Duration
            | Meaning::ShiftDays
            | Meaning::Strftime
            | Meaning::IsoFormat
            | Meaning::EpochSeconds
            | Meaning::ParseTime => return self.time_function(function.meaning, &given),
            Meaning::Least | Meaning::Greatest => {
                return self.extreme(function.meaning, &given, range);
            }
            Meaning::Join => {
                if let Some(Ast {
                    kind: AstKind::List(items),
                    ..
                }) = given.first().copied().flatten()
                {
                    return self.joined_list(items, given.get(1).copied().flatten());
                }
            }
            _ => {}
        }
        let mut arguments = Vec::new();
        let mut failed = false;
        for (index, parameter) in function.parameters.iter().enumerate() {
            let Some(ast) = given.get(index).copied().flatten() else {
                continue;
            };
            match self.argument(ast, parameter.takes, index > 0) {
                Some(value) => arguments.push(value),
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        self.result(function, call, arguments, &given)
    }

    /// The trees of the arguments in the order of the parameters.
    fn arrange<'a>(
        &mut self,
        function: &Function,
        at: usize,
        call: &'a Call,
    ) -> Option<Vec<Option<&'a Ast>>> {
        let several = matches!(function.parameters, [one] if one.takes == Takes::Several);
        let mut given: Vec<Option<&Ast>> = vec![None; function.parameters.len()];
        if let (Some(subject), Some(place)) = (&call.subject, given.get_mut(at)) {
            *place = Some(subject);
        }
        let mut failed = false;
        for Argument { name, value } in &call.arguments {
            let place = match name {
                Some((name, range)) => {
                    let mut known = function.parameters.iter();
                    let Some(index) = known.position(|parameter| parameter.name == name) else {
                        self.fault(unknown_parameter(function, at, name, range));
                        failed = true;
                        continue;
                    };
                    given.get_mut(index)
                }
                None => given.iter_mut().find(|place| place.is_none()),
            };
            match place {
                Some(place) if place.is_none() => *place = Some(value),
                _ if several => given.push(Some(value)),
                _ => {
                    let message = format!("`{}` does not take this argument", call.name);
                    let fault = Fault::new(Code::InvalidArgument, value.range.clone(), message);
                    self.fault(fault.help(written(function, call)));
                    failed = true;
                }
            }
        }
        for (parameter, place) in function.parameters.iter().zip(&given) {
            if place.is_none() && parameter.otherwise.is_none() && !failed {
                let message = format!("`{}` is missing in `{}`", parameter.name, call.name);
                let fault = Fault::new(Code::InvalidArgument, call.name_range.clone(), message);
                self.fault(fault.help(written(function, call)));
                failed = true;
            }
        }
        (!failed).then_some(given)
    }

    /// One argument as its parameter takes it.
    pub(super) fn argument(&mut self, ast: &Ast, takes: Takes, always: bool) -> Option<Expr> {
        let literal = match takes {
            Takes::Literal => matches!(ast.kind, AstKind::String(_)),
            Takes::LiteralInteger => matches!(ast.kind, AstKind::Integer(_)),
            Takes::LiteralBoolean => matches!(ast.kind, AstKind::Boolean(_)),
            _ => true,
        };
        if !literal {
            return self.refused(ast, format!("a {} has to stand here", takes.word()));
        }
        let value = match takes {
            Takes::TextOrList => self.parts(ast)?,
            _ => self.check(ast)?,
        };
        if matches!(value.kind, ExprKind::Null) {
            return self.refused(
                ast,
                format!("a {} is needed here, not nothing", takes.word()),
            );
        }
        let value = match takes {
            Takes::Text => self.text(value, ast, false)?,
            Takes::TextOrSecret => self.text(value, ast, true)?,
            Takes::Number => match value.ty {
                ExprType::Integer | ExprType::Number => value,
                ExprType::Wire => read(value, ExprType::Number),
                _ => return self.wrong(&value, ast, takes),
            },
            Takes::Scalar | Takes::Any => match value.ty {
                ExprType::Wire => read(value, ExprType::String),
                ExprType::List(_) if takes == Takes::Scalar => {
                    return self.wrong(&value, ast, takes);
                }
                ExprType::Secret | ExprType::Duration => return self.wrong(&value, ast, takes),
                _ => value,
            },
            Takes::List => match value.ty {
                ExprType::List(ItemType::Other) => {
                    return self.refused(ast, "items of this list are no plain values".to_owned());
                }
                ExprType::List(_) => value,
                _ => return self.wrong(&value, ast, takes),
            },
            _ => value,
        };
        if always && value.nullable {
            let fault = Fault::new(
                Code::InvalidArgument,
                ast.range.clone(),
                "this argument may be absent",
            );
            self.fault(fault.help("write `… | default(…)`"));
            return None;
        }
        Some(value)
    }

    pub(super) fn refused(&mut self, ast: &Ast, message: String) -> Option<Expr> {
        self.fault(Fault::new(
            Code::InvalidArgument,
            ast.range.clone(),
            message,
        ));
        None
    }

    fn wrong(&mut self, value: &Expr, ast: &Ast, takes: Takes) -> Option<Expr> {
        let message = format!(
            "a {} is needed here, and this is {}",
            takes.word(),
            described(value.ty)
        );
        self.refused(ast, message)
    }

    /// The call of a function whose arguments fit.
    fn result(
        &mut self,
        function: &Function,
        call: &Call,
        mut arguments: Vec<Expr>,
        given: &[Option<&Ast>],
    ) -> Option<Expr> {
        let mut meaning = function.meaning;
        let first = arguments.first()?.clone();
        let secret = arguments
            .iter()
            .any(|argument| argument.ty == ExprType::Secret);
        let (mut ty, mut maybe) = match function.gives {
            Gives::Text => (ExprType::String, false),
            Gives::MaybeText => (ExprType::String, true),
            Gives::Texts => (ExprType::List(ItemType::String), false),
            Gives::Integer => (ExprType::Integer, false),
            Gives::Number => (ExprType::Number, false),
            Gives::Boolean => (ExprType::Boolean, false),
            Gives::MaybeInteger => (ExprType::Integer, first.ty == ExprType::String),
            Gives::MaybeNumber => (ExprType::Number, first.ty == ExprType::String),
            // Functions of time are made elsewhere.
            Gives::Timestamp | Gives::MaybeTimestamp => (ExprType::Timestamp, true),
            Gives::Date => (ExprType::Date, false),
            Gives::Duration => (ExprType::Duration, false),
            Gives::Same => (first.ty, false),
            Gives::MaybeItem => match first.ty {
                ExprType::List(item) => (item.alone()?, true),
                _ => (ExprType::String, true),
            },
        };
        if secret && ty == ExprType::String {
            ty = ExprType::Secret;
        }
        match meaning {
            Meaning::Item => {
                let index = if call.name == "last" { -1 } else { 0 };
                arguments.push(expr(ExprKind::Integer(index), ExprType::Integer, false));
            }
            Meaning::Integer | Meaning::Number if first.ty == ty && arguments.len() == 1 => {
                return Some(first);
            }
            Meaning::Integer | Meaning::Number if !is_countable(first.ty) => {
                let ast = given.first().copied().flatten()?;
                return self.wrong(&first, ast, Takes::Scalar);
            }
            Meaning::Integer => maybe &= arguments.len() == 1,
            Meaning::Round if first.ty == ExprType::Integer => return Some(first),
            Meaning::Text if first.ty == ExprType::String => return Some(first),
            Meaning::Text if matches!(first.ty, ExprType::List(_)) => meaning = Meaning::Json,
            Meaning::Md5 => meaning = self.hash(&mut arguments, given)?,
            Meaning::Search => self.pattern(given.get(1).copied().flatten()?)?,
            Meaning::Base64Decode if secret => maybe = true,
            _ => {}
        }
        let nullable =
            maybe || (first.nullable && !(meaning == Meaning::Integer && arguments.len() == 2));
        Some(expr(ExprKind::Call(meaning, arguments), ty, nullable))
    }

    /// Which digest `hash` takes.
    fn hash(&mut self, arguments: &mut Vec<Expr>, given: &[Option<&Ast>]) -> Option<Meaning> {
        let kind = if arguments.len() > 1 {
            arguments.pop()
        } else {
            None
        };
        match kind.map(|kind| kind.kind) {
            None => Some(Meaning::Md5),
            Some(ExprKind::String(kind)) if kind == "md5" => Some(Meaning::Md5),
            Some(ExprKind::String(kind)) if kind == "sha256" => Some(Meaning::Sha256),
            Some(_) => {
                let ast = given.get(1).copied().flatten()?;
                let fault = Fault::new(
                    Code::InvalidArgument,
                    ast.range.clone(),
                    "there is no such digest",
                );
                self.fault(fault.help("write `'md5'` or `'sha256'`"));
                None
            }
        }
    }

    /// Whether a regular expression can be read.
    fn pattern(&mut self, ast: &Ast) -> Option<()> {
        let AstKind::String(pattern) = &ast.kind else {
            return None;
        };
        let Err(error) = regex_lite::Regex::new(pattern) else {
            return Some(());
        };
        let fault = Fault::new(
            Code::InvalidArgument,
            ast.range.clone(),
            format!("this is no regular expression: {error}"),
        );
        self.fault(fault.help("the syntax is that of the Rust crate `regex-lite`"));
        None
    }
}

fn is_countable(ty: ExprType) -> bool {
    matches!(
        ty,
        ExprType::String | ExprType::Integer | ExprType::Number | ExprType::Boolean
    )
}

/// The first way to write a function in the notation of the call.
fn written(function: &Function, call: &Call) -> String {
    let mut spellings = function.spellings.iter();
    let spelling =
        spellings.find(|known| known.notation == call.notation && known.name == call.name);
    let shown = spelling.map_or(String::new(), |known| known.shown(function.parameters));
    format!("it is written `{shown}`")
}

fn unknown_parameter(function: &Function, at: usize, name: &str, range: &Range<usize>) -> Fault {
    let known = function.parameters.iter().enumerate();
    let known: Vec<&str> = known
        .filter(|(index, _)| *index != at)
        .map(|(_, parameter)| parameter.name)
        .collect();
    let fault = Fault::new(
        Code::InvalidArgument,
        range.clone(),
        format!("there is no argument `{name}`"),
    );
    match nearest(name, known.iter().copied()) {
        Some(near) => fault.help(format!("write `{near}`")),
        None if known.is_empty() => fault.help("it takes none"),
        None => fault.help(format!("there is `{}`", known.join("`, `"))),
    }
}

/// A function that does not exist: what is meant, if it can be told.
fn unknown(call: &Call) -> Fault {
    let (name, word) = (call.name.as_str(), call.notation.word());
    if matches!(name, "env" | "env_var" | "getenv" | "secret") {
        let fault = Fault::new(
            Code::UnknownReference,
            call.name_range.clone(),
            format!("there is no function `{name}`"),
        );
        return fault.help("declare the value under `config` and write `config.NAME`; its user gives it by environment variable, file or code");
    }
    let fault = Fault::new(
        Code::UnknownFunction,
        call.name_range.clone(),
        format!("there is no {word} `{name}`"),
    );
    let notations = [Notation::Method, Notation::Filter, Notation::Function];
    for notation in notations
        .into_iter()
        .filter(|other| *other != call.notation)
    {
        if let Some((function, _)) = find(notation, name) {
            let mut spellings = function.spellings.iter();
            let spelling = spellings.find(|known| known.notation == notation && known.name == name);
            let shown = spelling.map_or(String::new(), |known| known.shown(function.parameters));
            return fault.help(format!("it is a {}: write `{shown}`", notation.word()));
        }
    }
    if let Some(near) = nearest(name, names(call.notation)) {
        return fault.help(format!("write `{near}`"));
    }
    let all = notations.into_iter().flat_map(names);
    match nearest(name, all) {
        Some(near) => fault.help(format!("there is `{near}`; `spile functions` lists all")),
        None => fault.help("`spile functions` lists all that there are"),
    }
}
