//! Work on all cores, with results in the order of what they were made from.

/// Makes something of each item.
pub fn map<T: Sync, R: Send>(items: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(items.len())
        .max(1);
    // Neighbours differ little in size: dealt out in turn, all threads have the same to do.
    let deal = |turn: usize| {
        let own = items.iter().enumerate().skip(turn).step_by(threads);
        own.map(|(place, item)| (place, make(item)))
            .collect::<Vec<_>>()
    };
    let mut made = std::thread::scope(|scope| {
        let deal = &deal;
        let others: Vec<_> = (1..threads)
            .map(|turn| scope.spawn(move || deal(turn)))
            .collect();
        let mut made = deal(0);
        for (turn, thread) in others.into_iter().enumerate() {
            // A thread that could not end leaves its work to this one.
            made.extend(thread.join().unwrap_or_else(|_| deal(turn + 1)));
        }
        made
    });
    made.sort_unstable_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_stand_in_the_order_of_their_items() {
        let items: Vec<usize> = (0..101).collect();
        let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
        assert_eq!(map(&items, |item| item * 2), doubled);
        assert_eq!(map(&[] as &[usize], |item| item * 2), Vec::<usize>::new());
    }
}
