using AuthServer.Domain;

namespace AuthServer.Staff.AuditSearch;

/// <summary>The criteria of a search; null matches everything.</summary>
internal sealed record AuditFilter(
    Guid? User, Guid? Actor, IReadOnlyList<string>? Types, DateTimeOffset? From, DateTimeOffset? To, AuditOutcome? Outcome,
    Guid? Session)
{
    /// <summary>
    /// One query for each type: an index gives the newest events of one type in order, but not those of several types at once.
    /// </summary>
    public IReadOnlyList<IQueryable<AuditEvent>> Parts(IQueryable<AuditEvent> events, IdRange range)
    {
        var (low, end) = (range.Low, range.End);
        var those = events.Where(audit =>
            (User == null || audit.SubjectId == User)
                && (Actor == null || audit.ActorId == Actor)
                && (Session == null || audit.SessionId == Session)
            && (Outcome == null || audit.Outcome == Outcome)
                && (From == null || audit.OccurredAt >= From)
                && (To == null || audit.OccurredAt < To)
            && (low == null || audit.Id >= low) && (end == null || audit.Id < end));
        return Types is null ? [those] : [.. Types.Select(type => those.Where(audit => audit.Type == type))];
    }
}

/// <summary>Ids from <paramref name="Low"/> up to but not including <paramref name="End"/>.</summary>
internal readonly record struct IdRange(long? Low, long? End);
