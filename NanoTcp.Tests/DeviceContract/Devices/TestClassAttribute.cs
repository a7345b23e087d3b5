using System;

namespace nanoFramework.TestFramework;

public sealed class TestClassAttribute : Attribute
{
}
