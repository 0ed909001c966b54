//! Paths through a slice: numbers of moves with dots between them.

use conclave_model::{
    stage::StageError,
    world::{Move, Rig, World},
};

/// The most moves of a path: more than the budgets of any slice admit.
const MOVES_MAX: usize = 200;

/// A path that leads nowhere.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PathRefusal {
    /// Not numbers with dots between them.
    #[error("a path is numbers with dots between them, such as 3.0.2; {0:?} is no such number")]
    Garbled(String),
    /// Too long.
    #[error("a path has at most {MOVES_MAX} moves")]
    Long,
    /// There are not so many moves.
    #[error("after {after} moves there is no move number {number}; there are {possible}")]
    NoMove {
        /// After how many moves.
        after: usize,
        /// The number asked for.
        number: usize,
        /// How many moves are possible there.
        possible: usize,
    },
    /// The move changes nothing.
    #[error("after {after} moves, move number {number} ({what}) changes nothing")]
    Idle {
        /// After how many moves.
        after: usize,
        /// The number asked for.
        number: usize,
        /// The move.
        what: String,
    },
    /// The world cannot begin.
    #[error(transparent)]
    Start(#[from] StageError),
}

impl PathRefusal {
    /// The status of HTTP.
    pub(super) const fn status(&self) -> u16 {
        match self {
            Self::Garbled(_) | Self::Long => 400,
            Self::NoMove { .. } | Self::Idle { .. } => 404,
            Self::Start(_) => 500,
        }
    }
}

/// Where a path leads, and how.
pub(super) struct Walk {
    pub(super) numbers: Vec<usize>,
    pub(super) moves: Vec<Move>,
    pub(super) world: World,
}

/// The numbers of a path; the empty path is the start.
pub(super) fn parsed(path: &str) -> Result<Vec<usize>, PathRefusal> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let number = |part: &str| {
        let plain =
            !part.is_empty() && part.len() < 6 && part.bytes().all(|it| it.is_ascii_digit());
        let number = part.parse().ok().filter(|_| plain);
        number.ok_or_else(|| PathRefusal::Garbled(super::excerpt(part)))
    };
    let numbers: Vec<usize> = path.split('.').map(number).collect::<Result<_, _>>()?;
    if numbers.len() > MOVES_MAX { Err(PathRefusal::Long) } else { Ok(numbers) }
}

/// Walks a path from the start.
pub(super) fn walked(rig: &Rig, path: &[usize]) -> Result<Walk, PathRefusal> {
    let mut world = rig.start()?;
    let mut taken = Vec::new();
    for (after, number) in path.iter().copied().enumerate() {
        let moves = rig.moves(&world);
        let possible = moves.len();
        let action = moves.get(number).copied();
        let action = action.ok_or(PathRefusal::NoMove { after, number, possible })?;
        let idle = || PathRefusal::Idle { after, number, what: action.to_string() };
        world = rig.after(&world, action).ok_or_else(idle)?;
        taken.push(action);
    }
    Ok(Walk { numbers: path.to_vec(), moves: taken, world })
}

/// The path that takes these moves.
pub(super) fn numbers(rig: &Rig, moves: &[Move]) -> Result<String, PathRefusal> {
    let mut world = rig.start()?;
    let mut numbers: Vec<String> = Vec::new();
    for (after, action) in moves.iter().enumerate() {
        let known = rig.moves(&world);
        let number = known.iter().position(|it| it == action);
        let possible = known.len();
        let number = number.ok_or(PathRefusal::NoMove { after, number: possible, possible })?;
        let idle = || PathRefusal::Idle { after, number, what: action.to_string() };
        world = rig.after(&world, *action).ok_or_else(idle)?;
        numbers.push(number.to_string());
    }
    Ok(numbers.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_numbers_with_dots() {
        assert_eq!(parsed(""), Ok(vec![]));
        assert_eq!(parsed("3.0.12"), Ok(vec![3, 0, 12]));
        for garbled in [".", "1.", ".1", "1..2", "-1", "+1", "1,2", "a", "999999", "1.2 ", "%31"] {
            assert!(matches!(parsed(garbled), Err(PathRefusal::Garbled(_))), "{garbled:?}");
        }
        assert_eq!(parsed(&["0"; 201].join(".")), Err(PathRefusal::Long));
    }
}
