namespace NanoTcp.Services;

/// <summary>What an <see cref="MdnsResolver"/> knows.</summary>
public enum MdnsAnswer
{
    /// <summary>The link is being asked; ask again later.</summary>
    Pending = 0,

    /// <summary>Here it is.</summary>
    Found = 1,

    /// <summary>Nobody answered, or the owner of the name says that there is no such record.</summary>
    NotFound = 2,
}
