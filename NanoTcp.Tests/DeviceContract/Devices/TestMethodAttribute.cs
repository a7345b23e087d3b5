using System;

namespace nanoFramework.TestFramework;

public sealed class TestMethodAttribute : Attribute
{
}
